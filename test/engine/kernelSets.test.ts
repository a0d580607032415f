// The engine's tests with every set of kernels that this machine has, and how a set is chosen.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { type KernelSetName } from '../../src/engine/wasm/sets/kernelSet';
import { nativeSets } from '../../src/engine/wasm/sets/native';
import { webAssemblySets } from '../../src/engine/wasm/sets/webAssembly';
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
  ...webAssemblySets()
    .map(({ name }) => name)
    .slice(1),
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
