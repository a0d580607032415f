// Brings up what the lab needs, each step only when it is missing. Plain Node: it runs before any package is there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === 'win32';
const venvPrograms = join(root, '.venv', windows ? 'Scripts' : 'bin');

/** A failure the user can do something about: shown as one line. */
export class SetupError extends Error {}

/** What npm and pip print where a registry does not answer. */
const UNREACHABLE = new RegExp(
  [
    'ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT',
    '(NewConnection|ConnectTimeout|ReadTimeout|NameResolution|Proxy)Error|Connection refused|from versions: none',
  ].join('|'),
);

/**
 * Says what is wrong and what to do about it, for failures that users meet; undefined if only the program's own output
 * helps.
 */
export function explain(output, registry) {
  const unreachable = UNREACHABLE.exec(output);
  if (/ENOSPC|No space left on device|Errno 28/.test(output))
    return 'the disk is full: free a gigabyte, then run the command again';
  if (/SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|CERT_|CERTIFICATE_VERIFY_FAILED/.test(output))
    return (
      `${registry} is answered by a machine whose certificate is not trusted (a proxy?): name its certificate ` +
      'in NODE_EXTRA_CA_CERTS and PIP_CERT, then run the command again'
    );
  if (unreachable)
    return (
      `${registry} cannot be reached (${unreachable[0]}): check the network, or the proxy in HTTPS_PROXY, ` +
      'then run the command again'
    );
  if (/EACCES|Permission denied/.test(output))
    return 'the folder is not writable: give yourself the right to write in it, then run the command again';
  return undefined;
}

/** Runs a program; what it complains of is shown only where it cannot be said in a line. */
function run(program, args, registry, environment = process.env) {
  const {
    status,
    error,
    stderr = '',
  } = spawnSync(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 1e8,
    env: environment,
    shell: windows,
  });
  const what = [basename(program), ...args.slice(0, 3)].join(' ');
  if (error) {
    const remedy =
      program === 'npm'
        ? 'install npm, which comes with Node (Debian: apt install npm)'
        : 'delete .venv and node_modules, then run the command again';
    throw new SetupError(`${what} could not be started (${error.code}): ${remedy}`);
  }
  if (status === 0) return;
  const clear = explain(stderr, registry);
  if (!clear) console.error(stderr);
  throw new SetupError(clear ?? `${what} failed: see above`);
}

/** The oldest Node on which all packages run: undici asks for it. */
const oldestNode = [20, 18, 1];

export function checkNode(version = process.versions.node) {
  const parts = version.split('.').map(Number);
  const at = oldestNode.findIndex((part, i) => parts[i] !== part);
  if (at >= 0 && parts[at] < oldestNode[at])
    throw new SetupError(
      `Node ${version} is too old: install Node ${oldestNode.join('.')} or newer (https://nodejs.org)`,
    );
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/**
 * Runs npm ci, unless the installed packages came from this very lockfile; an interrupted installation is started
 * again. npm and pip keep their downloads in their usual caches: this saves a download for each clone, and nothing
 * else is written outside this folder.
 */
export function installPackages() {
  const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules', '.installed-lockfile');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile) return;
  console.log('Installing the npm packages ...');
  run('npm', ['ci'], 'the npm registry');
  writeFileSync(stamp, lockfile);
}

/** Compiles src, unless dist is newer. */
export async function buildProject() {
  const { build, BUILT } = await import('./build.mjs');
  const built = join(root, 'dist', BUILT);
  const sources = Math.max(
    newest(join(root, 'src')),
    newest(join(root, 'tsconfig.json')),
    newest(join(root, 'scripts', 'build.mjs')),
  );
  if (existsSync(built) && statSync(built).mtimeMs >= sources) return;
  console.log('Building ...');
  try {
    build();
  } catch {
    throw new SetupError('the build failed: see above');
  }
}

/** What a Python lacks for the lab; null when it is not there, '' when it lacks nothing. */
function lacks(python) {
  const program =
    "import sys\nprint('%d.%d.%d' % sys.version_info[:3])\ntry:\n import venv, ensurepip\nexcept ImportError: " +
    "print('none')";
  const { status, stdout = '' } = spawnSync(python, ['-c', program], { encoding: 'utf8' });
  const [version = '', none] = (stdout ?? '').trim().split(/\s+/);
  if (status !== 0 || !version) return null;
  const [major, minor] = version.split('.').map(Number);
  if (major < 3 || (major === 3 && minor < 9))
    return `${python} is Python ${version}: install Python 3.9 or newer, or name one in PYTHON`;
  return none
    ? `${python} (Python ${version}) lacks its venv module: install it (Debian, Ubuntu: apt install ` +
        'python3-venv), or name another Python in PYTHON'
    : '';
}

function findPython() {
  const named = process.env.PYTHON;
  const found = (named ? [named] : ['python3', 'python', 'py']).map((name) => ({ name, lack: lacks(name) }));
  const fit = found.find(({ lack }) => lack === '');
  if (fit) return fit.name;
  const lack = found.find((each) => each.lack)?.lack;
  throw new SetupError(
    lack ??
      (named
        ? `PYTHON names ${named}, which does not run: name Python 3.9 or newer there`
        : 'no Python: install Python 3.9 or newer with its venv module (Debian, Ubuntu: apt install ' +
          'python3-venv), or name one in PYTHON'),
  );
}

const requirementsFile = join(root, 'scripts', 'requirements.txt');
/** A list of its own, as pip's --no-deps holds for a whole list. */
const liveRequirementsFile = join(root, 'scripts', 'requirementsLive.txt');
const requirements = () => readFileSync(requirementsFile, 'utf8') + readFileSync(liveRequirementsFile, 'utf8');
const venvStamp = join(root, '.venv', 'installed-requirements.txt');

/**
 * 'ready'; 'old' (completed once, from another list); or 'broken': never completed, made in another place (its
 * programs hold paths), or its Python is missing or has changed.
 */
function venvState() {
  if (!existsSync(venvStamp) || spawnSync(join(venvPrograms, 'python'), ['-c', 'import pip']).status !== 0)
    return 'broken';
  const [place, ...list] = readFileSync(venvStamp, 'utf8').split('\n');
  if (place !== `# in ${root}`) return place.startsWith('# in ') ? 'broken' : 'old';
  return list.join('\n') === requirements() ? 'ready' : 'old';
}

/** JupyterLab in .venv, from the pinned list. */
export function installJupyter() {
  const state = venvState();
  if (state === 'ready') return;
  console.log('Installing JupyterLab into .venv ...');
  if (state === 'broken') run(findPython(), ['-m', 'venv', '--clear', '.venv'], 'the Python package index');
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  for (const list of [
    ['-r', requirementsFile],
    ['--no-deps', '-r', liveRequirementsFile],
  ])
    run(join(venvPrograms, 'python'), [...pip, ...list], 'the Python package index');
  writeFileSync(venvStamp, `# in ${root}\n${requirements()}`);
}

/** Jupyter's own files stay in the project: settings, kernels, the running server's state. */
export function jupyterEnvironment() {
  const own = join(root, '.jupyter');
  return {
    ...process.env,
    PATH: [venvPrograms, join(root, 'node_modules', '.bin'), dirname(process.execPath), process.env.PATH].join(
      delimiter,
    ),
    VIRTUAL_ENV: join(root, '.venv'),
    // Extensions of JupyterLab are found there.
    JUPYTER_PATH: [join(root, 'scripts', 'jupyter'), process.env.JUPYTER_PATH].filter(Boolean).join(delimiter),
    JUPYTER_CONFIG_DIR: join(own, 'config'),
    JUPYTER_DATA_DIR: join(own, 'data'),
    JUPYTER_RUNTIME_DIR: join(own, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: join(own, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(own, 'workspaces'),
    IPYTHONDIR: join(own, 'ipython'),
  };
}

/** In a narrow window the picture that stands for a figure is made smaller instead of cut off. */
function fitFigures() {
  const styles = join(root, '.jupyter', 'config', 'custom', 'custom.css');
  if (existsSync(styles)) return;
  mkdirSync(dirname(styles), { recursive: true });
  writeFileSync(styles, '.jp-RenderedPlotly .plot-img { max-width: 100%; }\n');
}

/** The tslab kernel, registered inside .venv, and JupyterLab's news pop-up off. */
export function registerKernel() {
  fitFigures();
  const notifications = join(
    root,
    '.jupyter',
    'settings',
    '@jupyterlab',
    'apputils-extension',
    'notification.jupyterlab-settings',
  );
  if (!existsSync(notifications)) {
    mkdirSync(dirname(notifications), { recursive: true });
    writeFileSync(notifications, JSON.stringify({ fetchNews: 'false', checkForUpdates: false }) + '\n');
  }
  if (existsSync(join(root, '.venv', 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json'))) return;
  console.log('Registering the tslab kernel ...');
  run(
    join(root, 'node_modules', '.bin', windows ? 'tslab.cmd' : 'tslab'),
    ['install', '--sys-prefix'],
    'the kernel',
    jupyterEnvironment(),
  );
}

export async function setUpPackages() {
  checkNode();
  installPackages();
  await buildProject();
}

export async function setUpLab() {
  checkNode();
  // Said at once, not after a minute of npm.
  if (venvState() !== 'ready') findPython();
  await setUpPackages();
  installJupyter();
  registerKernel();
}

/** Runs a script's body; a SetupError ends it with one clear line. */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    // parseArgs says well what is wrong with an option.
    if (!(error instanceof SetupError) && !String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}
