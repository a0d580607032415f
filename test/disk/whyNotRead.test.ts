import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readInput } from '../../src/disk/readInput';
import { whyNotRead } from '../../src/disk/whyNotRead';
import { CheckpointError, WeightsError } from '../../src/errors';
import { pretrained } from '../../src/formats/pretrained';
import { loadWeights } from '../../src/formats/weights';
import { loadCheckpoint } from '../../src/runs/checkpoint';
import { runs } from '../../src/runs/runs';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-why-'));
after(() => rmSync(folder, { recursive: true }));

const onUnix = { skip: process.platform === 'win32' };

test('weights and checkpoints that cannot be read say why in words, not in codes of the system', async () => {
  const weights = join(folder, 'weights.safetensors');
  mkdirSync(weights);
  const isFolder = (error: Error) =>
    error instanceof WeightsError && /cannot be read \(it is a folder\)/.test(error.message);
  await assert.rejects(loadWeights(weights), isFolder);
  assert.throws(() => pretrained(weights), isFolder);
  await assert.rejects(loadWeights(join(folder, 'none')), /cannot be read \(it is not there\)/);
  mkdirSync(join(folder, 'run', 'checkpoint.bin'), { recursive: true });
  await assert.rejects(
    loadCheckpoint(join(folder, 'run')),
    (error: Error) =>
      error instanceof CheckpointError && /checkpoint\.bin: cannot be read \(it is a folder\)/.test(error.message),
  );
});

test('a file that may not be read is called that, and hides no other run', async () => {
  assert.equal(whyNotRead(Object.assign(new Error('open x'), { code: 'EACCES' })), 'you may not read it');
  assert.equal(whyNotRead(new Error('something rare\nand more')), 'something rare');
  for (const name of ['one', 'other']) mkdirSync(join(folder, 'runs', name, 'history.json'), { recursive: true });
  const told: string[] = [];
  assert.deepEqual(await runs(join(folder, 'runs'), { onSkipped: (_, reason) => void told.push(reason) }), []);
  assert.equal(told.length, 2);
  for (const reason of told) assert.match(reason, /history\.json cannot be read \(it is a folder\)/);
});

test('a path through a circle of links is called that', onUnix, async () => {
  symlinkSync('b.png', join(folder, 'a.png'));
  symlinkSync('a.png', join(folder, 'b.png'));
  await assert.rejects(readInput(join(folder, 'a.png')), { message: 'it is a link that leads back to itself' });
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(readInput(join(folder, 'file', 'x')), /a part of its path is a file/);
});
