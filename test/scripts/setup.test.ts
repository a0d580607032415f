import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const project = join(__dirname, '../..');
const skip = process.platform === 'win32' && 'the stand-ins for Python are shell scripts';

interface Setup {
  checkNode(version: string): void;
  explain(output: string, registry: string): string | undefined;
  SetupError: new () => Error;
}

/** A PATH without a single program. */
const nothing = { PATH: '/no/such/folder' };

let setup: Setup, folder: string, python: string;
before(async () => {
  setup = (await import(join(project, 'scripts/setup.mjs'))) as Setup;
  folder = mkdtempSync(join(tmpdir(), 'srcnn-setup-'));
  python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();
});
after(() => rmSync(folder, { recursive: true }));

/** A clone with the scripts, and neither npm nor Python packages to install. */
function cloneOf(name: string): string {
  const clone = join(folder, name);
  cpSync(join(project, 'scripts'), join(clone, 'scripts'), { recursive: true });
  const about = { name: 'clone', version: '1.0.0', lockfileVersion: 3, requires: true };
  writeFileSync(join(clone, 'package.json'), JSON.stringify({ name: about.name, version: about.version }));
  writeFileSync(
    join(clone, 'package-lock.json'),
    JSON.stringify({ ...about, packages: { '': { name: about.name, version: about.version } } }),
  );
  for (const list of ['requirements.txt', 'requirementsLive.txt'])
    writeFileSync(join(clone, 'scripts', list), '# none\n');
  return clone;
}

/** A PATH with nothing but a python3, which runs some lines before what it is told. */
function pathWithPython(name: string, lines: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(
    join(path, 'python3'),
    `#!/bin/sh\nexec ${python} -c "import sys; ${lines}; exec(sys.argv[1])" "$2"\n`,
    { mode: 0o755 },
  );
  return path;
}

/** Calls a function of the clone's set-up as its scripts do. */
function call(clone: string, step: string, environment: Record<string, string> = {}) {
  const { PYTHON: _, ...inherited } = process.env;
  const program =
    `import(${JSON.stringify(join(clone, 'scripts', 'setup.mjs'))}).then((setup) => setup.main(async () => { ` +
    `await setup.${step}(); return 0; }))`;
  return spawnSync(process.execPath, ['-e', program], {
    encoding: 'utf8',
    cwd: clone,
    env: { ...inherited, ...environment },
  });
}

/** The set-up must end with one line on stderr, which matches. */
function refuses(clone: string, step: string, environment: Record<string, string>, line: RegExp): void {
  const { status, stderr } = call(clone, step, environment);
  assert.notEqual(status, 0);
  const lines = stderr.trim().split('\n');
  assert.equal(lines.length, 1, stderr);
  assert.match(lines[0], line);
}

test('a Node that is too old is refused', () => {
  for (const version of ['18.20.4', '6.0.0', '20.9.0', '20.18.0'])
    assert.throws(
      () => setup.checkNode(version),
      new RegExp(`Node ${version} is too old: install Node 20.18.1 or newer`),
    );
  for (const version of ['20.18.1', '20.19.0', '22.11.0', '100.1.0']) setup.checkNode(version);
});

test(
  'no Python, one that is too old, and one without venv: each is reported in one line before anything is installed',
  { skip },
  () => {
    const clone = cloneOf('no-python');
    const step = 'setUpLab';
    refuses(
      clone,
      step,
      nothing,
      /^no Python: install Python 3\.9 or newer with its venv module .*apt install python3-venv/,
    );
    refuses(
      clone,
      step,
      { PATH: pathWithPython('old', 'sys.version_info = (3, 8, 10)') },
      /^python3 is Python 3\.8\.10: install Python 3\.9 or newer/,
    );
    // As Debian's python3 is without the package python3-venv.
    refuses(
      clone,
      step,
      { PATH: pathWithPython('bare', "sys.modules['ensurepip'] = None") },
      /^python3 \(Python 3\.\d+\.\d+\) lacks its venv module: install it .*apt install python3-venv/,
    );
    refuses(clone, step, { PYTHON: '/no/such/python' }, /^PYTHON names \/no\/such\/python, which does not run/);
    assert.ok(!existsSync(join(clone, 'node_modules')) && !existsSync(join(clone, '.venv')));
  },
);

test('an unreachable npm registry is reported in one line, and nothing counts as installed', { skip }, () => {
  const clone = cloneOf('no-registry');
  const lock = {
    name: 'clone',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'clone', version: '1.0.0', dependencies: { 'left-pad': '1.3.0' } },
      'node_modules/left-pad': {
        version: '1.3.0',
        resolved: 'https://registry.npmjs.org/left-pad/-/left-pad-1.3.0.tgz',
      },
    },
  };
  writeFileSync(join(clone, 'package.json'), JSON.stringify(lock.packages['']));
  writeFileSync(join(clone, 'package-lock.json'), JSON.stringify(lock));
  const offline = {
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_fetch_retries: '0',
    npm_config_cache: join(folder, 'npm-cache'),
    npm_config_noproxy: '127.0.0.1',
  };
  refuses(clone, 'installPackages', offline, /^the npm registry cannot be reached \(ECONNREFUSED\): check the network/);
  assert.ok(!existsSync(join(clone, 'node_modules', '.installed-lockfile')));
  refuses(clone, 'installPackages', nothing, /^npm ci could not be started \(ENOENT\): install npm/);
});

test('a set-up that was broken off is mended at the next start, and a whole one is left alone', { skip }, () => {
  const clone = cloneOf('venv');
  for (const path of ['node_modules/half-unpacked', '.venv/bin', '.venv/lib/python3.9/site-packages/pip'])
    mkdirSync(join(clone, path), { recursive: true });
  writeFileSync(join(clone, '.venv/bin/python'), 'half a pro');
  for (const step of ['installPackages', 'installJupyter']) assert.equal(call(clone, step).status, 0);
  assert.ok(!existsSync(join(clone, 'node_modules/half-unpacked')));
  assert.equal(spawnSync(join(clone, '.venv/bin/python'), ['-m', 'pip', '--version']).status, 0);
  for (const step of ['installPackages', 'installJupyter']) {
    const { status, stdout, stderr } = call(clone, step, nothing);
    assert.deepEqual([status, stdout, stderr], [0, '', ''], 'what is there needs neither npm nor Python');
  }
});

test(
  'an unreachable Python index is reported in one line; new requirements are installed at the next start',
  { skip },
  () => {
    const clone = join(folder, 'venv'),
      list = join(clone, 'scripts', 'requirements.txt');
    writeFileSync(list, 'jupyterlab==4.6.6\n');
    const inherited = Object.fromEntries(
      Object.keys(process.env)
        .filter((name) => name.startsWith('PIP_'))
        .map((name) => [name, '']),
    );
    const offline = {
      ...inherited,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_RETRIES: '0',
      PIP_NO_CACHE_DIR: '1',
      NO_PROXY: '127.0.0.1',
    };
    refuses(clone, 'installJupyter', offline, /^the Python package index cannot be reached \(.*\): check the network/);
    writeFileSync(list, '# another list\n');
    const { status, stdout } = call(clone, 'installJupyter', nothing);
    assert.deepEqual([status, stdout], [0, 'Installing JupyterLab into .venv ...\n']);
    assert.match(readFileSync(join(clone, '.venv', 'installed-requirements.txt'), 'utf8'), /# another list/);
  },
);

test('a venv whose folder was moved, or whose Python is gone, is not taken for whole', { skip }, () => {
  const moved = join(folder, 'moved');
  renameSync(join(folder, 'venv'), moved);
  refuses(moved, 'installJupyter', nothing, /^no Python/);
  renameSync(moved, join(folder, 'venv'));
  assert.equal(call(join(folder, 'venv'), 'installJupyter', nothing).status, 0);
  rmSync(join(folder, 'venv', '.venv/bin/python'));
  refuses(join(folder, 'venv'), 'installJupyter', nothing, /^no Python/);
});

test('complaints of npm and pip become a line that says what to do; unknown ones keep ' + 'their own words', () => {
  const { explain } = setup;
  assert.match(
    explain('npm error code ENOTFOUND', 'the npm registry')!,
    /the npm registry cannot be reached \(ENOTFOUND\): check the network/,
  );
  assert.match(explain('npm error code ENOSPC\nnpm error ENOTFOUND', 'x')!, /the disk is full/);
  assert.match(explain('OSError: [Errno 28] No space left on device', 'x')!, /the disk is full/);
  assert.match(
    explain('npm error code SELF_SIGNED_CERT_IN_CHAIN', 'the npm registry')!,
    /certificate .*NODE_EXTRA_CA_CERTS/,
  );
  assert.match(explain('npm error code EACCES', 'x')!, /not writable/);
  assert.equal(explain('npm error code EUSAGE', 'x'), undefined);
});
