import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';

const script = join(__dirname, '../../scripts/setupTensorflow.mjs');

interface Setup {
  triedVersion: string;
  requirement(platform: string, cuda: boolean): string;
  wheelState(wheels: string, wanted: string, platform: string): string;
  explainPip(output: string, wanted: string, system?: string): string;
  checkDriver(version: string | null): void;
  findCompiler(environment: Record<string, string>): string;
  compileArguments(options: Record<string, string>): string[];
  layDependencies(packageFolder: string, libraryFolder: string, platform: string): void;
}

let setup: Setup, folder: string;
before(async () => {
  setup = (await import(script)) as Setup;
  folder = mkdtempSync(join(tmpdir(), 'srcnn-tensorflow-'));
});
after(() => rmSync(folder, { recursive: true }));

const run = (options: string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [script, ...options], { encoding: 'utf8', env: { ...process.env, ...env } });

/** A file, with the folders it needs. */
function put(path: string, text = ''): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function putWheel(wheels: string, wanted: string, version: string): void {
  const names = ['include/tensorflow/c/c_api.h', 'libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
  for (const name of names) put(join(wheels, 'tensorflow', name), 'whole');
  put(
    join(wheels, `tensorflow_cpu-${version}.dist-info`, 'RECORD'),
    names.map((name) => `tensorflow/${name},sha256=x,5\r\n`).join(''),
  );
  put(join(wheels, 'installed-requirement.txt'), wanted);
}

test(
  'the wheel is pinned: for the processor, for CUDA, for macOS; Windows and CUDA on macOS are refused with a ' +
    'way out',
  () => {
    const { requirement, triedVersion } = setup;
    assert.equal(requirement('linux', false), `tensorflow-cpu==${triedVersion}`);
    assert.equal(requirement('linux', true), `tensorflow[and-cuda]==${triedVersion}`);
    assert.equal(requirement('darwin', false), `tensorflow==${triedVersion}`);
    assert.throws(() => requirement('win32', false), /Windows: .*(wasm|WSL)/);
    assert.throws(() => requirement('darwin', true), /macOS has no CUDA/);
  },
);

test(
  'a wheel folder is complete, or the line says what is wrong: interrupted, cut short, another kind, an ' +
    'untried version',
  () => {
    const wheels = join(folder, 'wheels'),
      wanted = setup.requirement('linux', false);
    assert.equal(setup.wheelState(wheels, wanted, 'linux'), 'missing');
    put(join(wheels, 'tensorflow', 'libtensorflow_cc.so.2'));
    assert.equal(setup.wheelState(wheels, wanted, 'linux'), 'half installed');
    putWheel(wheels, wanted, setup.triedVersion);
    assert.equal(setup.wheelState(wheels, wanted, 'linux'), 'complete');
    assert.match(
      setup.wheelState(wheels, setup.requirement('linux', true), 'linux'),
      /^holds tensorflow-cpu==.*, not tensorflow\[and-cuda\]/,
    );
    put(join(wheels, 'tensorflow', 'libtensorflow_cc.so.2'), 'who');
    assert.equal(setup.wheelState(wheels, wanted, 'linux'), 'half installed');
    put(join(wheels, 'tensorflow', 'libtensorflow_cc.so.2'), 'whole');
    assert.equal(setup.wheelState(wheels, wanted, 'linux'), 'complete');
    rmSync(join(wheels, 'tensorflow', 'libtensorflow_framework.so.2'));
    assert.equal(setup.wheelState(wheels, wanted, 'linux'), 'half installed');
    rmSync(wheels, { recursive: true });
    putWheel(wheels, wanted, '2.19.1');
    assert.match(setup.wheelState(wheels, wanted, 'linux'), /TensorFlow 2\.19\.1, which was not tried/);
  },
);

test('complaints of pip become one line: no such wheel, no network, no disk', () => {
  assert.match(
    setup.explainPip(
      'ERROR: No matching distribution found for tensorflow-cpu==2.21.0',
      'tensorflow-cpu==2.21.0',
      'linux riscv64',
    ),
    /has no tensorflow-cpu==2\.21\.0 for linux riscv64: use the default engine/,
  );
  assert.match(
    setup.explainPip('WARNING: Retrying ... NewConnectionError\nERROR: No matching distribution found', 'x'),
    /cannot reach the Python package index/,
  );
  assert.match(setup.explainPip('OSError: [Errno 28] No space left on device', 'x'), /disk is full/);
});

test('the binding finds the library by a path relative to itself, through the links under deps/', () => {
  const packageFolder = join(folder, 'node_modules', 'package'),
    libraryFolder = join(folder, '.venv', 'tensorflow', 'tensorflow');
  putWheel(dirname(libraryFolder), 'x', setup.triedVersion);
  put(join(packageFolder, 'deps', 'lib', 'leftover.so'));
  setup.layDependencies(packageFolder, libraryFolder, 'linux');
  assert.ok(!existsSync(join(packageFolder, 'deps', 'lib', 'leftover.so')));
  assert.ok(existsSync(join(packageFolder, 'deps', 'include', 'tensorflow', 'c', 'c_api.h')));
  assert.equal(
    readlinkSync(join(packageFolder, 'deps', 'lib', 'libtensorflow_cc.so.2')),
    '../../../../.venv/tensorflow/tensorflow/libtensorflow_cc.so.2',
  );
  const words = setup.compileArguments({
    platform: 'linux',
    packageFolder,
    libraryFolder,
    headers: '/headers',
    output: join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node'),
  });
  assert.ok(words.includes('-Wl,-rpath,$ORIGIN/../../../../.venv/tensorflow/tensorflow'), words.join(' '));
  assert.ok(words.includes('-DNAPI_VERSION=8'));
});

test('without a compiler the set-up ends with one line and touches nothing', () => {
  const { status, stdout, stderr } = run([], { CXX: '/no/such/compiler' });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr.trim(),
    /^no C\+\+ compiler \(CXX names \/no\/such\/compiler, which does not run\): install one [^\n]*wasm$/,
  );
  assert.throws(() => setup.findCompiler({ PATH: folder }), /no C\+\+ compiler: install one/);
});

test('--cuda asks for a driver that is there and new enough, before anything is fetched', () => {
  assert.throws(() => setup.checkDriver(null), /^Error: no NVIDIA driver here: install 525 or newer/);
  assert.throws(() => setup.checkDriver('470.256.02'), /470\.256\.02 is too old: install 525 or newer/);
  for (const version of ['525.60.13', '580.95', '']) assert.doesNotThrow(() => setup.checkDriver(version));
});

test('--help shows every option, an unknown one is refused with them', () => {
  const { status, stdout } = run(['--help']);
  assert.equal(status, 0);
  for (const option of ['--cuda', '--prebuilt', '--check', '--remove']) assert.ok(stdout.includes(option), option);
  const refused = run(['--gpu']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /Unknown option '--gpu'\n.*--cuda/s);
});
