import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeImage } from '../../src/image/files';

const command = join(__dirname, '..', '..', 'dist', 'cli.js');
const folder = mkdtempSync(join(tmpdir(), 'srcnn-rate-command-'));
after(() => rmSync(folder, { recursive: true }));

before(async () => {
  mkdirSync(join(folder, 'photos'));
  for (const [phase, name] of ['a.png', 'b.png', 'c.png'].entries()) {
    const value = (_: unknown, i: number) => 128 + 90 * Math.sin((i % 72) / 3 + phase) * Math.cos(i / 72 / 4);
    const data = Uint8Array.from({ length: 72 * 72 }, value);
    await writeImage(join(folder, 'photos', name), { data, width: 72, height: 72, channels: 1 });
  }
});

const small = ['rate', 'photos', '--network', '9-1-5', '--batch-size', '4', '--threads', '1'];

test('rate prints a line for each batch, suggests a third of the best rate, and draws the curve', () => {
  const words = [...small, '--least', '1e-4', '--most', '10', '--batches', '12'];
  const text = execFileSync(process.execPath, [command, ...words], { cwd: folder, encoding: 'utf8' });
  const rows = text.split('\n').flatMap((line) => {
    const [, rate, loss] = /^ +(\S+) {2}(\d+[.]\d{5})$/.exec(line) ?? [];
    return rate ? [{ rate: Number(rate), loss: Number(loss) }] : [];
  });
  assert.ok(rows.length >= 2 && rows.length <= 12, text);
  assert.equal(rows[0].rate, 1e-4);
  const suggested = Number(/begin with about --learning-rate (\S+),/.exec(text)![1]);
  const lowest = rows.find(({ loss }) => loss === Math.min(...rows.map((row) => row.loss)))!;
  assert.ok(Math.abs((3 * suggested) / lowest.rate - 1) < 0.06, `${suggested} of ${lowest.rate}`);
  assert.match(readFileSync(join(folder, 'learning-rate.svg'), 'utf8'), /^<svg[^]*learning rate/);
});

test('rates that do not grow, and a picture of another kind, are refused by name', () => {
  for (const [words, message] of [
    [['--least', '2'], /OptionError: least is 2 and most 1/],
    [['--out', 'rate.gif'], /OptionError: cannot write the figure rate.gif: use .svg or .png/],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, [command, ...small, ...words], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, message);
  }
});
