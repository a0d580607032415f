// The engine's tests with every set of kernels that this machine has, and how a set is chosen.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type KernelSetName } from '../../src/engine/wasm/sets/kernelSet';
import { nativeSets } from '../../src/engine/wasm/sets/native';
import { tryPaired } from '../../src/engine/wasm/sets/choose';
import { pairedSet, revectorizes } from '../../src/engine/wasm/sets/paired';
import { rememberedVerdict } from '../../src/engine/wasm/sets/verdict';
import { webAssemblySets } from '../../src/engine/wasm/sets/webAssembly';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { EngineError } from '../../src/errors';

function nativeHere(): { names: KernelSetName[]; reason: string } {
  try {
    return { names: nativeSets().map(({ name }) => name), reason: '' };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { names: [], reason: error.message };
  }
}

const native = nativeHere();
const files = ['wasm', 'kinds', 'winograd4x4'].map((name) => join(__dirname, `${name}.test.ts`));

test('without native kernels these tests say so', { skip: native.reason || false }, () =>
  assert.ok(native.names.length),
);

// The first of WebAssembly's is what those files test by themselves.
for (const kernels of [
  ...[...webAssemblySets(), pairedSet()].flatMap((set) => set?.name ?? []).slice(1),
  ...native.names,
])
  test(`the engine's tests pass with the kernels ${kernels}`, () => {
    const { NODE_TEST_CONTEXT: _context, ...environment } = process.env;
    const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--test', ...files], {
      encoding: 'utf8',
      env: { ...environment, SRCNN_TEST_KERNELS: kernels },
    });
    assert.equal(status, 0, stdout);
  });

const builtWith = (arch: string, variables: object) =>
  ({ arch, config: { variables } }) as unknown as Pick<NodeJS.Process, 'arch' | 'config'>;

test("V8's revectorizer is asked for only where Node was built with it, for x86", () => {
  const revectorizer = { v8_enable_wasm_simd256_revec: 1 };
  assert.equal(revectorizes(builtWith('x64', revectorizer)), true);
  assert.equal(revectorizes(builtWith('arm64', revectorizer)), false);
  assert.equal(revectorizes(builtWith('x64', { v8_enable_wasm_simd256_revec: 0 })), false);
  assert.equal(revectorizes(builtWith('x64', {})), false, 'an older Node, or a newer one that has dropped it');
});

test("kernels in pairs are used where they win, which they do not without V8's revectorizer", async () => {
  const { kernels, wins } = await tryPaired();
  if (pairedSet()) assert.equal(kernels, 'wasm-paired', 'they compute what the others do');
  if (!revectorizes()) assert.equal(wins, false);
  const engine = await createWasmEngine({ threads: 1 });
  assert.equal(engine.kernels, wins ? 'wasm-paired' : webAssemblySets()[0].name);
  await engine.close();
});

test('a verdict is remembered for the same code, and judged anew for other code or a damaged file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'srcnn-verdict-'));
  const file = join(folder, 'verdict.json');
  let trials = 0;
  const judge = async () => ({ kernels: 'wasm-paired' as const, wins: ++trials % 2 === 1 });
  const wins = async (code: string) => (await rememberedVerdict(file, code, judge)).wins;
  assert.deepEqual([await wins('a'), await wins('a'), trials], [true, true, 1]);
  assert.deepEqual([await wins('b'), await wins('b'), trials], [false, false, 2]);
  writeFileSync(file, '{"tried"');
  assert.deepEqual([await wins('b'), trials], [true, 3]);
  rmSync(folder, { recursive: true });
});
