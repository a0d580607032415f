import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';

const root = join(__dirname, '..', '..');
const soak = (...words: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', join(root, 'soak', 'soak.ts'), ...words], {
    cwd: root,
    encoding: 'utf8',
  });

test('half a minute of kills, races, full disks, closed outputs and damaged files does no harm', (t: TestContext) => {
  const { status, stdout, stderr } = soak('--minutes', '0.5', '--seed', '1');
  for (const line of stdout.trim().split('\n')) t.diagnostic(line);
  assert.equal(status, 0, stdout + stderr);
  for (const name of ['kills', 'locks', 'closed-outputs', 'mangled', 'threads', 'late-notifies'])
    assert.match(stdout, new RegExp(`^${name}: [1-9]\\d* trials, .*\\b0 failures$`, 'm'));
  assert.match(stdout, /\d+ resumed bit for bit/);
});

test('the soak makes as many steps of threads as it is asked for, and refuses wrong options by name', () => {
  const { status, stdout } = soak('--only', 'threads', '--steps', '25');
  assert.match(stdout, /^threads: 25 trials, 0 failures$/m);
  assert.equal(status, 0);
  for (const words of [
    ['--minutes', '0'],
    ['--only', 'nothing'],
    ['--seed', 'x'],
  ]) {
    const refused = soak(...words);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /^error: option .* use /m);
  }
});
