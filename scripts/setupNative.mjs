// npm run setup:native: compiles the engine's kernels for this machine, with its own C compiler or with the one in the
// Python wheel ziglang.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { explain, installJupyter, main, root, setUpPackages, SetupError } from './setup.mjs';

const help = `npm run setup:native [-- OPTION]
Compiles the kernels in C for this machine (AVX2, AVX-512 or NEON). They become the engine "native", which is used where
it is faster than WebAssembly and computes the same up to rounding.
  (no option)  uses the C compiler that CC names, else cc, gcc or clang; without one, offers to download one (--zig)
  --zig        uses the compiler of the Python package ziglang, in .venv (101 MB to download, 411 MB on disk)
  --check      compiles nothing; compares the kernels that are there with WebAssembly's
  --remove     deletes the kernels`;

const require = createRequire(import.meta.url);
/** Modules of the built lab, which say where the kernels belong. */
const lab = (name) => require(`../dist/engine/wasm/sets/${name}.js`);

/** The version that was tested. */
const ZIG = 'ziglang==0.17.1';

/** The C compiler as a program and its first words; null where there is none. */
export function findCompiler(environment = process.env) {
  for (const name of environment.CC ? [environment.CC] : ['cc', 'gcc', 'clang']) {
    if (spawnSync(name, ['--version'], { env: environment }).status === 0) return [name];
  }
  if (environment.CC)
    throw new SetupError(`CC names ${environment.CC}, which does not run: name a C compiler, or leave CC out`);
  return null;
}

/**
 * The compiler's arguments. The width of vectors is chosen when the kernels are loaded, so the rest of the code is
 * compiled for any processor.
 */
export function compileArguments({ platform, sources, headers, output }) {
  return [
    ...['-std=gnu11', '-O3', '-ffp-contract=fast', '-fno-math-errno', '-fno-trapping-math', '-w', '-fPIC', '-shared'],
    ...(platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : ['-s']),
    '-I',
    headers,
    ...sources.filter((path) => path.endsWith('.c')),
    '-o',
    output,
    '-lm',
  ];
}

async function zig(chosen) {
  if (!chosen) {
    const without = 'install one (Debian: apt install gcc; macOS: xcode-select --install)';
    if (!process.stdin.isTTY)
      throw new SetupError(
        `no C compiler: ${without}, or npm run setup:native -- --zig; the lab continues with WebAssembly`,
      );
    const line = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await line.question(`There is no C compiler. Download ziglang into .venv (101 MB)? [y/N] `);
    line.close();
    if (!/^y/i.test(answer))
      throw new SetupError(`nothing was changed: ${without}; the lab continues with WebAssembly`);
  }
  installJupyter();
  const python = join(root, '.venv', 'bin', 'python');
  if (spawnSync(python, ['-m', 'ziglang', 'version']).status !== 0) {
    console.log(`Installing ${ZIG} into .venv ...`);
    const { status, stderr } = spawnSync(
      python,
      ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ZIG],
      { stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' },
    );
    if (status !== 0)
      throw new SetupError(
        `${explain(stderr, 'the Python package index') ?? stderr.trim()}; the lab continues with WebAssembly`,
      );
  }
  // By default zig compiles for this processor only; the kernels choose their width themselves.
  return [python, '-m', 'ziglang', 'cc', '-mcpu=baseline'];
}

function compile([program, ...words], output) {
  const { nativeFolder, nativeSources } = lab('native');
  mkdirSync(nativeFolder(), { recursive: true });
  const work = mkdtempSync(join(nativeFolder(), 'compile-'));
  try {
    console.log(`Compiling with ${words.includes('ziglang') ? 'zig' : basename(program)} ...`);
    const unfinished = join(work, 'kernels.node');
    const headers = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
    const options = { platform: process.platform, sources: nativeSources(), headers, output: unfinished };
    const { status, stderr } = spawnSync(program, [...words, ...compileArguments(options)], {
      stdio: ['ignore', 'inherit', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, ZIG_GLOBAL_CACHE_DIR: work, ZIG_LOCAL_CACHE_DIR: work },
    });
    if (status !== 0) {
      console.error(stderr);
      throw new SetupError(
        `${basename(program)} could not compile the kernels: see above; GCC 9 and Clang 10 and newer should; ` +
          'the lab continues with WebAssembly',
      );
    }
    checkApart(unfinished);
    // Earlier kernels are replaced; a process that uses them keeps them in memory.
    removeKernels(work);
    renameSync(unfinished, output);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Tries the kernels in a process of its own, because wrong ones can crash their process. */
function checkApart(file) {
  const { status, signal } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--check', file], {
    stdio: 'inherit',
  });
  if (status === 0) return;
  const why = signal ? `crashed their process (${signal})` : 'do not work here: see above';
  throw new SetupError(`the compiled kernels ${why}; the lab continues with WebAssembly`);
}

async function check(file) {
  const { agree, race } = lab('trial');
  const [wasm] = lab('webAssembly').webAssemblySets();
  for (const set of lab('native').nativeSets(file)) {
    if (!(await agree(set, wasm))) throw new SetupError(`${set.description}: the results differ from WebAssembly's`);
    const [other, own] = await race([wasm, set]);
    console.log(
      `${set.description}: the results equal WebAssembly's to rounding, ${(other / own).toFixed(1)} times as fast`,
    );
  }
  return 0;
}

function removeKernels(except) {
  const { nativeFolder, nativeContents } = lab('native');
  for (const name of nativeContents())
    if (join(nativeFolder(), name) !== except) rmSync(join(nativeFolder(), name), { recursive: true, force: true });
}

async function setUp({ zig: zigChosen }) {
  if (process.platform === 'win32')
    throw new SetupError('the native kernels have never been tried on Windows; the lab continues with WebAssembly');
  const compiler = zigChosen ? null : findCompiler();
  await setUpPackages();
  compile(compiler ?? (await zig(zigChosen)), lab('native').nativeFile());
  console.log(
    "The engine native is ready and is chosen where it is the fastest; engine: 'wasm', --engine wasm or " +
      'SRCNN_ENGINE=wasm use WebAssembly instead.',
  );
  return 0;
}

async function remove() {
  await setUpPackages();
  rmSync(lab('native').nativeFolder(), { recursive: true, force: true });
  console.log('The native kernels are deleted; the lab continues with WebAssembly.');
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const options = Object.fromEntries(['zig', 'remove', 'check', 'help'].map((name) => [name, { type: 'boolean' }]));
    let parsed;
    try {
      parsed = parseArgs({ options, allowPositionals: true });
    } catch (error) {
      throw new SetupError(`${error.message.split('.')[0]}\n${help}`);
    }
    const { values, positionals } = parsed;
    if (values.help) return (console.log(help), 0);
    if (values.remove) return remove();
    if (values.check) {
      await setUpPackages();
      return check(positionals[0]);
    }
    return setUp(values);
  });
}
