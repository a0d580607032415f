// Brings up what the lab needs, each step only when it is missing. Plain Node: it runs before any package is there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const venvPrograms = join(root, '.venv', windows ? 'Scripts' : 'bin');

/** A failure the user can do something about: shown as one line. */
export class SetupError extends Error {}

function run(program, args, what, environment = process.env) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: environment, shell: windows });
  if (error || status !== 0) throw new SetupError(what);
}

export function checkNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new SetupError(`Node ${process.versions.node} is too old: install Node 20 or newer`);
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** npm ci, unless what is installed came from this very lockfile. */
export function installPackages() {
  const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules', '.installed-lockfile');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile) return;
  console.log('Installing the npm packages ...');
  run('npm', ['ci'], 'npm ci failed: see above; is the npm registry reachable?');
  writeFileSync(stamp, lockfile);
}

/** Compiles src, unless dist is newer. */
export async function buildProject() {
  const built = join(root, 'dist', 'engine', 'wasm', 'kernels-relaxed.wasm');
  const sources = Math.max(newest(join(root, 'src')), newest(join(root, 'tsconfig.json')), newest(join(root, 'scripts', 'build.mjs')));
  if (existsSync(built) && statSync(built).mtimeMs >= sources) return;
  console.log('Building ...');
  const { build } = await import('./build.mjs');
  try {
    build();
  } catch {
    throw new SetupError('the build failed: see above');
  }
}

function findPython() {
  const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))';
  for (const name of [process.env.PYTHON, 'python3', 'python', 'py'].filter(Boolean)) {
    if (spawnSync(name, ['-c', check]).status === 0) return name;
  }
  throw new SetupError('no Python 3.9 or newer with its venv module: install it (Debian: apt install python3-venv), or name one in PYTHON');
}

/** JupyterLab in .venv, from the pinned list. */
export function installJupyter() {
  const requirements = readFileSync(join(root, 'scripts', 'requirements.txt'), 'utf8');
  const stamp = join(root, '.venv', 'installed-requirements.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === requirements) return;
  console.log('Installing JupyterLab into .venv ...');
  run(findPython(), ['-m', 'venv', '.venv'], 'python -m venv failed: see above');
  run(join(venvPrograms, 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', join('scripts', 'requirements.txt')],
    'pip install failed: see above; is the Python package index reachable?');
  writeFileSync(stamp, requirements);
}

/** Jupyter's own files stay in the project: settings, kernels, the running server's state. */
export function jupyterEnvironment() {
  const own = join(root, '.jupyter');
  return {
    ...process.env,
    PATH: [venvPrograms, join(root, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH].join(delimiter),
    VIRTUAL_ENV: join(root, '.venv'),
    JUPYTER_CONFIG_DIR: join(own, 'config'), JUPYTER_DATA_DIR: join(own, 'data'), JUPYTER_RUNTIME_DIR: join(own, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: join(own, 'settings'), JUPYTERLAB_WORKSPACES_DIR: join(own, 'workspaces'), IPYTHONDIR: join(own, 'ipython'),
  };
}

/** The tslab kernel, registered inside .venv, and JupyterLab's news pop-up off. */
export function registerKernel() {
  const notifications = join(root, '.jupyter', 'settings', '@jupyterlab', 'apputils-extension', 'notification.jupyterlab-settings');
  if (!existsSync(notifications)) {
    mkdirSync(dirname(notifications), { recursive: true });
    writeFileSync(notifications, JSON.stringify({ fetchNews: 'false', checkForUpdates: false }) + '\n');
  }
  if (existsSync(join(root, '.venv', 'share', 'jupyter', 'kernels', 'tslab'))) return;
  console.log('Registering the tslab kernel ...');
  run(join(root, 'node_modules', '.bin', windows ? 'tslab.cmd' : 'tslab'), ['install', '--sys-prefix'], 'tslab could not register its kernel: see above', jupyterEnvironment());
}

export async function setUpPackages() {
  checkNode();
  installPackages();
  await buildProject();
}

export async function setUpLab() {
  await setUpPackages();
  installJupyter();
  registerKernel();
}

/** Runs a script's body; a SetupError ends it with one clear line. */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}
