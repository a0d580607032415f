// npm run setup:tensorflow: adds the native half to the package @tensorflow/tfjs-node-gpu, from the npm and Python
// registries alone: TensorFlow's library from its Python wheel, and the package's own binding compiled against it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installJupyter, main, root, setUpPackages, SetupError } from './setup.mjs';
import { folders, installWheel, libraries, requirement, stampOf } from './tensorflowWheel.mjs';

export { explainPip, folders, libraries, requirement, triedVersion, wheelState } from './tensorflowWheel.mjs';

const help = `npm run setup:tensorflow [-- OPTION ...]
Makes the engine "tensorflow" work on this machine; needs a C++ compiler.
  (no option)  TensorFlow for the processor (290 MB to download, 1.3 GB on disk)
  --cuda       TensorFlow for an NVIDIA GPU, with CUDA and cuDNN (3 GB to download, 6 GB on disk)
  --prebuilt   takes the library that the package's makers compiled instead (from storage.googleapis.com; with --cuda,
               it is made for CUDA 11)
  --check      installs nothing; compares a training step with that of the engine wasm
  --remove     deletes what this command has installed`;

export function findCompiler(environment = process.env) {
  for (const name of environment.CXX ? [environment.CXX] : ['c++', 'g++', 'clang++']) {
    if (spawnSync(name, ['--version'], { env: environment }).status === 0) return name;
  }
  const named = environment.CXX ? ` (CXX names ${environment.CXX}, which does not run)` : '';
  throw new SetupError(
    `no C++ compiler${named}: install one (Debian: apt install g++; macOS: xcode-select --install), or ` +
      'continue with the default engine wasm',
  );
}

/** The NVIDIA driver's version: '' where it does not say, null where there is none. */
function driverVersion() {
  const { status, stdout } = spawnSync('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader'], {
    encoding: 'utf8',
  });
  if (status === 0) return stdout.trim().split('\n')[0];
  return ['/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path)) ? '' : null;
}

/** CUDA 12 runs on this driver and all newer ones. */
const oldestDriver = 525;

export function checkDriver(version) {
  if (version === null)
    throw new SetupError(
      `no NVIDIA driver here: install ${oldestDriver} or newer (nvidia-smi must list the GPU), leave out ` +
        '--cuda, or try the engine webgpu on another GPU',
    );
  if (Number(version.split('.')[0] || oldestDriver) < oldestDriver)
    throw new SetupError(
      `the NVIDIA driver ${version} is too old: install ${oldestDriver} or newer, or continue with the default ` +
        'engine wasm',
    );
}

function findNodeHeaders() {
  const { execPath, env, versions } = process;
  const candidates = [
    join(dirname(execPath), '..'),
    env.npm_config_nodedir,
    join(env.HOME ?? '', '.cache', 'node-gyp', versions.node),
    '/usr',
    '/usr/local',
  ]
    .filter(Boolean)
    .map((folder) => join(folder, 'include', 'node'));
  const found = candidates.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (!found)
    throw new SetupError(
      `no header files of Node (node_api.h) in ${candidates[0]}: install them (Debian: libnode-dev), or a Node ` +
        'from nodejs.org, which has them',
    );
  return found;
}

/**
 * The compiler's arguments. The binding finds the library by a relative path, so that the project folder can be
 * moved; the library finds CUDA's libraries in the same way.
 */
export function compileArguments({ platform, packageFolder, libraryFolder, headers, output }) {
  const origin = platform === 'darwin' ? '@loader_path' : '$ORIGIN';
  const napi = /napi-v(\d+)/.exec(output)[1];
  return [
    '-O2',
    '-std=c++17',
    '-shared',
    '-fPIC',
    '-w',
    `-DNAPI_VERSION=${napi}`,
    ...(platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
    '-I',
    packageFolder,
    '-I',
    join(packageFolder, 'deps', 'include'),
    '-I',
    headers,
    join(packageFolder, 'binding', 'tfjs_backend.cc'),
    join(packageFolder, 'binding', 'tfjs_binding.cc'),
    ...libraries(platform).map((name) => join(packageFolder, 'deps', 'lib', name)),
    `-Wl,-rpath,${origin}/${relative(dirname(output), libraryFolder)}`,
    '-o',
    output,
  ];
}

/** TensorFlow's headers and libraries where the package looks for its own: under deps/, as links. */
export function layDependencies(packageFolder, libraryFolder, platform) {
  const deps = join(packageFolder, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  symlinkSync(relative(deps, join(libraryFolder, 'include')), join(deps, 'include'));
  for (const name of libraries(platform))
    symlinkSync(relative(join(deps, 'lib'), join(libraryFolder, name)), join(deps, 'lib', name));
}

/** Where the package looks for its binding under the Node that runs. */
function bindingFile() {
  const require = createRequire(join(folders().package, 'package.json'));
  return require('@mapbox/node-pre-gyp').find(join(folders().package, 'package.json'));
}

function buildBinding(compiler, output) {
  console.log('Compiling the binding (half a minute) ...');
  const { package: packageFolder, library } = folders();
  layDependencies(packageFolder, library, process.platform);
  mkdirSync(dirname(output), { recursive: true });
  const unfinished = output.replace(/\.node$/, '.part');
  const { status } = spawnSync(
    compiler,
    compileArguments({
      platform: process.platform,
      packageFolder,
      libraryFolder: library,
      headers: findNodeHeaders(),
      output: unfinished,
    }),
    { stdio: 'inherit' },
  );
  if (status !== 0) {
    rmSync(unfinished, { force: true });
    throw new SetupError(
      `${basename(compiler)} could not compile the binding: see above; GCC 9 or Clang 10 and newer are known to`,
    );
  }
  renameSync(unfinished, output);
  writeFileSync(`${output}.txt`, readFileSync(stampOf(folders().wheels)));
}

/** Whether the binding was built against this requirement: written beside it, last. */
const isBuilt = (output, wanted) =>
  existsSync(output) &&
  existsSync(`${output}.txt`) &&
  readFileSync(`${output}.txt`, 'utf8') === wanted &&
  existsSync(join(folders().package, 'deps', 'lib', libraries(process.platform)[0]));

function downloadPrebuilt(cuda) {
  console.log("Running the package's own download ...");
  for (const name of ['deps', 'lib']) rmSync(join(folders().package, name), { recursive: true, force: true });
  const path = [join(root, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  spawnSync(process.execPath, ['scripts/install.js', cuda ? 'gpu' : 'cpu', 'download'], {
    cwd: folders().package,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  if (!existsSync(bindingFile()))
    throw new SetupError(
      "the package's own download failed: see above; without --prebuilt only the npm and Python registries are needed",
    );
}

/** The first step of training on both engines. */
export async function check() {
  const require = createRequire(import.meta.url);
  const { createWasmEngine, initialize } = require('../dist/index.js');
  const { createTensorflowEngine } = require('../dist/engine/tensorflow/tensorflow.js');
  const engines = [await createWasmEngine(), await createTensorflowEngine()];
  const model = initialize('9-1-7'),
    count = 32,
    pixels = count * 32 * 32;
  const wave = (shift) => Float32Array.from({ length: pixels }, (_, i) => Math.sin(i * 12.9898 + shift));
  const planes = (shift) => ({ data: wave(shift), count, channels: 1, width: 32, height: 32 });
  const batch = { input: planes(0), target: planes(1) };
  const gradients = engines.map(() => new Float32Array(model.weights.length));
  const losses = [];
  for (const [i, engine] of engines.entries()) losses.push(await engine.lossAndGradient(model, batch, gradients[i]));
  const length = Math.hypot(...gradients[0]);
  const off = Math.max(
    Math.abs(losses[1] / losses[0] - 1),
    Math.hypot(...gradients[1].map((value, i) => value - gradients[0][i])) / length,
  );
  if (!(off < 1e-4))
    throw new SetupError(
      `its training step is off by ${off.toExponential(1)} against the engine wasm's: please report it with the ` +
        'output of npx srcnn engines',
    );
  console.log(`${engines[1].description}: its training step agrees with the engine wasm's to ${off.toExponential(1)}`);
  const { gpu } = engines[1];
  await Promise.all(engines.map((engine) => engine.close()));
  return gpu;
}

/** In a process of its own: a library that does not fit can take its process down. */
function checkApart(cuda) {
  const { status, signal } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), '--check', ...(cuda ? ['--cuda'] : [])],
    { cwd: root, stdio: 'inherit', env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: cuda ? '1' : '3' } },
  );
  if (signal === 'SIGILL')
    throw new SetupError(
      'this processor lacks instructions that TensorFlow is built with (AVX); the lab uses the default ' +
        'engine wasm',
    );
  if (signal)
    throw new SetupError(
      `TensorFlow's library took its process down (${signal}): npm run setup:tensorflow -- --remove, then set ` +
        'it up again; the lab uses the default engine wasm',
    );
  if (status !== 0)
    throw new SetupError(
      'the engine tensorflow does not work here yet (see above); the lab uses the default engine wasm',
    );
}

async function checkHere(cuda) {
  const gpu = await check().catch((error) => {
    throw error.name === 'EngineError' ? new SetupError(error.message) : error;
  });
  if (cuda && !gpu)
    throw new SetupError(
      'TensorFlow sees no NVIDIA GPU and computes on the processor: nvidia-smi must list one, with driver ' +
        `${oldestDriver} or newer`,
    );
  return 0;
}

function remove() {
  const { wheels, package: packageFolder } = folders();
  for (const folder of [
    wheels,
    ...['deps', 'lib', 'build', 'build-tmp-napi-v8'].map((name) => join(packageFolder, name)),
  ])
    rmSync(folder, { recursive: true, force: true });
  console.log("The engine tensorflow's native half is gone; the lab uses wasm.");
  return 0;
}

async function setUp({ cuda, prebuilt }) {
  const wanted = requirement(process.platform, cuda);
  const compiler = prebuilt ? null : findCompiler();
  // Before 3 GB are fetched for nothing.
  if (cuda) checkDriver(driverVersion());
  await setUpPackages();
  if (prebuilt) downloadPrebuilt(cuda);
  else {
    installJupyter();
    installWheel(wanted);
    const output = bindingFile();
    if (!isBuilt(output, wanted)) buildBinding(compiler, output);
  }
  checkApart(cuda);
  console.log(
    "The engine tensorflow is ready: engine: 'tensorflow' in a notebook, --engine tensorflow on the command " +
      'line, or SRCNN_ENGINE=tensorflow for all.',
  );
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const options = Object.fromEntries(
      ['cuda', 'prebuilt', 'remove', 'check', 'help'].map((name) => [name, { type: 'boolean', default: false }]),
    );
    let values;
    try {
      ({ values } = parseArgs({ options }));
    } catch (error) {
      throw new SetupError(`${error.message.split('.')[0]}\n${help}`);
    }
    if (values.help) return (console.log(help), 0);
    if (values.remove) return remove();
    return values.check ? checkHere(values.cuda) : setUp(values);
  });
}
