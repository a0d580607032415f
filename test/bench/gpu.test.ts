import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(__dirname, '../..');
const run = (...options: string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'bench/gpu.ts', ...options], { cwd: root, encoding: 'utf8' });

test('the GPU bench explains its options and refuses what makes no sense', () => {
  const { status, stdout } = run('--help');
  assert.equal(status, 0);
  for (const option of ['--steps', '--rounds', '--engines', '--venv', '--write'])
    assert.ok(stdout.includes(option), option);
  for (const wrong of [
    ['--steps', '0'],
    ['--stps', '3'],
  ]) {
    const refused = run(...wrong);
    assert.deepEqual([refused.status, refused.stdout], [1, '']);
    assert.match(refused.stderr, /--steps is 0|Unknown option '--stps'/);
  }
});

test('bench/README.md has the place that the GPU bench writes its table into', () => {
  assert.match(readFileSync(join(root, 'bench', 'README.md'), 'utf8'), /<!-- gpu -->\n[\s\S]+<!-- \/gpu -->/);
});
