// TensorFlow's library from its Python wheel, which the registry of Python packages has for each platform.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, SetupError } from './setup.mjs';

/** The version all this was tried with, beside @tensorflow/tfjs-node-gpu 4.22.0. */
export const triedVersion = '2.21.0';
/** Wheels are for one Python each, but only their C++ library is used here: any will do. */
const wheelPython = '3.12';

export const folders = (base = root) => ({
  wheels: join(base, '.venv', 'tensorflow'),
  library: join(base, '.venv', 'tensorflow', 'tensorflow'),
  package: join(base, 'node_modules', '@tensorflow', 'tfjs-node-gpu'),
});

/** The Python requirement that brings TensorFlow's library. */
export function requirement(platform, cuda) {
  if (platform === 'win32')
    throw new SetupError(
      "Windows: TensorFlow's wheel has no library to compile against; use the default engine wasm, or WSL 2 " +
        'with --cuda',
    );
  if (platform === 'darwin' && cuda)
    throw new SetupError('macOS has no CUDA: leave out --cuda, or try the engine webgpu');
  const name = cuda ? 'tensorflow[and-cuda]' : platform === 'darwin' ? 'tensorflow' : 'tensorflow-cpu';
  return `${name}==${triedVersion}`;
}

export function libraries(platform) {
  return ['cc', 'framework'].map((part) =>
    platform === 'darwin' ? `libtensorflow_${part}.2.dylib` : `libtensorflow_${part}.so.2`,
  );
}

export const stampOf = (wheels) => join(wheels, 'installed-requirement.txt');

/**
 * Whether a wheel's file is as long as the wheel's own list says: a library that is too short crashes the process
 * that loads it.
 */
function isWhole(wheels, distInfo, name) {
  const list = join(wheels, distInfo, 'RECORD');
  const line = existsSync(list)
    ? readFileSync(list, 'utf8')
        .split('\n')
        .find((entry) => entry.startsWith(`${name},`))
    : undefined;
  return line !== undefined && statSync(join(wheels, name)).size === Number(line.trim().split(',').at(-1));
}

/** What lies in .venv/tensorflow: nothing, all of the requirement, or what keeps it from being used. */
export function wheelState(wheels, wanted, platform) {
  if (!existsSync(wheels)) return 'missing';
  const stamp = existsSync(stampOf(wheels)) ? readFileSync(stampOf(wheels), 'utf8') : '';
  if (!stamp) return 'half installed';
  if (stamp !== wanted) return `holds ${stamp}, not ${wanted}`;
  const there = [...libraries(platform).map((name) => `tensorflow/${name}`), 'tensorflow/include/tensorflow/c/c_api.h'];
  const distInfo = readdirSync(wheels).find((name) => /^tensorflow(_cpu)?-.+\.dist-info$/.test(name)) ?? '';
  if (!distInfo || !there.every((name) => existsSync(join(wheels, name)) && isWhole(wheels, distInfo, name)))
    return 'half installed';
  const found = distInfo.replace(/^.*?-|\.dist-info$/g, '');
  return found === triedVersion
    ? 'complete'
    : `holds TensorFlow ${found}, which was not tried with this package (${triedVersion} was)`;
}

/** One clear line for what pip said. */
export function explainPip(output, wanted, system = `${process.platform} ${process.arch}`) {
  if (/No matching distribution|Could not find a version/.test(output)) {
    const offline = /NewConnectionError|Temporary failure in name resolution|ConnectionError|Retrying/.test(output);
    return offline
      ? 'pip cannot reach the Python package index: connect, or set its mirror with pip config'
      : `the Python package index has no ${wanted} for ${system}: use the default engine wasm`;
  }
  if (/No space left on device/.test(output))
    return "the disk is full: the processor's TensorFlow needs 2 GB while it installs, CUDA's 8 GB";
  return 'pip could not install TensorFlow: see above';
}

export function installWheel(wanted) {
  const { wheels } = folders();
  const state = wheelState(wheels, wanted, process.platform);
  if (state === 'complete') return;
  if (state !== 'missing')
    console.log(`.venv/tensorflow is ${state.replace('holds', 'there but holds')}: installing it again`);
  rmSync(wheels, { recursive: true, force: true });
  console.log(`Installing ${wanted} into .venv/tensorflow ...`);
  const alone = wanted.includes('[') ? [] : ['--no-deps'];
  const { status, stderr } = spawnSync(
    join(root, '.venv', 'bin', 'python'),
    [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-compile',
      ...alone,
      '--only-binary=:all:',
      '--implementation',
      'cp',
      '--python-version',
      wheelPython,
      '--target',
      wheels,
      wanted,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' },
  );
  if (status !== 0) {
    rmSync(wheels, { recursive: true, force: true });
    console.error((stderr ?? '').trim());
    throw new SetupError(explainPip(stderr ?? '', wanted));
  }
  writeFileSync(stampOf(wheels), wanted);
}
