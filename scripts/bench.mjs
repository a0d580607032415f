// npm run bench: installs what is missing, with --peers also the Python peers in bench/.venv, and measures
// (bench/bench.ts).
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, setUpPackages } from './setup.mjs';

const options = process.argv.slice(2);
const environment = join(root, 'bench', '.venv');
const quietly = ['--disable-pip-version-check', '--quiet'];

function makeEnvironment() {
  const names = [process.env.PYTHON, 'python3', 'python', 'py'].filter(Boolean);
  return names.some((name) => spawnSync(name, ['-m', 'venv', environment], { stdio: 'ignore' }).status === 0);
}

/** The peers from the pinned list; without them the lab is measured alone. */
function installPeers() {
  const list = join(root, 'bench', 'requirements.txt'),
    wanted = readFileSync(list, 'utf8'),
    stamp = join(environment, 'installed-requirements.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing PyTorch, onnxruntime, OpenVINO, Pillow and others into bench/.venv (1.5 GB on disk) ...');
  rmSync(environment, { recursive: true, force: true });
  if (!makeEnvironment())
    return console.log(
      'No Python with its venv module (Debian: apt install python3-venv; or name one in PYTHON): the bench ' +
        'continues without the Python peers.',
    );
  const python =
    process.platform === 'win32' ? join(environment, 'Scripts', 'python.exe') : join(environment, 'bin', 'python');
  const { status } = spawnSync(python, ['-m', 'pip', 'install', ...quietly, '-r', list], { stdio: 'inherit' });
  if (status === 0) return writeFileSync(stamp, wanted);
  rmSync(environment, { recursive: true, force: true });
  console.log(
    'pip could not install the peers (see above; they need Python 3.11 or newer): the bench continues without.',
  );
}

await main(async () => {
  await setUpPackages();
  // An environment of the user's own stays as it is.
  if (options.includes('--peers') && !options.some((option) => option.startsWith('--venv') || option === '--help'))
    installPeers();
  return (
    spawnSync(process.execPath, ['--import', 'tsx', join('bench', 'bench.ts'), ...options], {
      cwd: root,
      stdio: 'inherit',
    }).status ?? 1
  );
});
