import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { nativeFile, nativeSets } from '../../src/engine/wasm/sets/native';
import { EngineError } from '../../src/errors';

const root = join(__dirname, '../..');
const script = join(root, 'scripts', 'setupNative.mjs');
const compiled = nativeFile();
const skip = existsSync(compiled) ? false : 'npm run setup:native was not run';

interface Setup {
  findCompiler(environment: Record<string, string>): string[] | null;
  compileArguments(options: { platform: string; sources: string[]; headers: string; output: string }): string[];
}

let setup: Setup, folder: string;
before(async () => {
  setup = (await import(script)) as Setup;
  folder = mkdtempSync(join(tmpdir(), 'srcnn-native-'));
});
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});
after(() => rmSync(folder, { recursive: true }));

/** A program that asks for the default engine and says which it got. */
const ask =
  "const { createEngine } = require('./dist/index.js');" +
  'createEngine(process.argv[1]).then((e) => (console.log(e.name), e.close()), (e) => console.log(e.message));';

function run(words: string[], environment: Record<string, string> = {}) {
  const { NODE_TEST_CONTEXT: _context, SRCNN_ENGINE: _engine, ...inherited } = process.env;
  const env = { ...inherited, SRCNN_NATIVE_DIR: folder, ...environment };
  return spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8', env });
}

test('the compiler is the one that CC names, else one that is there; a CC that does not run is named', () => {
  assert.throws(() => setup.findCompiler({ CC: '/no/such/cc' }), /CC names \/no\/such\/cc/);
  assert.equal(setup.findCompiler({ PATH: folder }), null);
  const words = setup.compileArguments({ platform: 'linux', sources: ['a.c', 'b.h'], headers: '/h', output: '/o' });
  assert.ok(words.includes('a.c') && !words.includes('b.h') && !words.includes('-march=native'), words.join(' '));
});

test('without a compiler, a line says how to get one, and nothing is changed', () => {
  const { status, stderr } = run([script], { PATH: folder });
  assert.equal(status, 1);
  assert.match(stderr.trim(), /^no C compiler: install one .*--zig; the lab continues with WebAssembly$/);
  assert.deepEqual(readdirSync(folder), []);
});

test('without compiled kernels the default is wasm without a word, and the engine native says what to do', () => {
  const silent = run(['-e', ask]);
  assert.deepEqual([silent.stdout.trim(), silent.stderr], ['wasm', '']);
  assert.match(run(['-e', ask, 'native']).stdout, /not compiled; run npm run setup:native to compile them/);
});

test('kernels of another version, and a file that is no library, leave the lab on wasm with one line', () => {
  writeFileSync(join(folder, 'kernels-linux-x64-0123456789abcdef.node'), '');
  const stale = run(['-e', ask]);
  assert.equal(stale.stdout.trim(), 'wasm');
  assert.match(
    stale.stderr,
    /^engine native: .*another version.*run npm run setup:native to compile them again; WebAssembly computes\n$/,
  );
  writeFileSync(join(folder, basename(compiled)), 'no library');
  const broken = run(['-e', ask]);
  assert.equal(broken.stdout.trim(), 'wasm');
  assert.match(broken.stderr, /^engine native: its kernels cannot be loaded .*\n$/);
  assert.equal(broken.stderr.split('\n').length, 2);
});

test('compiled kernels are tried once, written down, and left out by --engine wasm', { skip }, () => {
  cpSync(compiled, join(folder, basename(compiled)));
  const first = run(['-e', ask]);
  assert.match(first.stdout, /^(native|wasm)\n$/);
  assert.ok(existsSync(join(folder, 'tried.json')));
  const again = run(['-e', ask]);
  assert.deepEqual([again.stdout, again.stderr], [first.stdout, '']);
  assert.equal(run(['-e', ask, 'wasm']).stdout.trim(), 'wasm');
  assert.equal(run(['-e', ask], { SRCNN_ENGINE: 'native' }).stdout.trim(), 'native');
});

test('vectors that a processor does not have are never attached', { skip }, () => {
  const { attach } = require(compiled) as { attach(bytes: Uint8Array, lanes: number): object | null };
  for (const lanes of [0, 1, 3, 32]) assert.equal(attach(new Uint8Array(64), lanes), null);
  assert.throws(() => attach([] as unknown as Uint8Array, 8), TypeError);
  assert.throws(() => nativeSets(join(folder, 'missing.node')), EngineError);
});
