import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { UnknownNameError, WeightsError } from '../../src/errors';
import { pretrained } from '../../src/formats/pretrained';
import { type Model, srcnn } from '../../src/network/srcnn';
import { loadWeights, readMetadata, saveWeights, stampWeights } from '../../src/formats/weights';

let results: string;
before(async () => void (results = await mkdtemp(join(tmpdir(), 'srcnn-pretrained-'))));
after(() => rm(results, { recursive: true }));

const trained = (): Model => ({
  ...srcnn('9-1-7', { seed: 3 }),
  padding: 'reflect',
  degradation: { protocol: 'paper', scale: 3 },
});

test('trained weights load by name from the run that made them, and from a file', async () => {
  const file = join(results, 'paper-x3', 'weights.safetensors');
  await saveWeights(file, trained());
  assert.deepEqual(pretrained('x3', { results }), trained());
  assert.deepEqual(srcnn('9-1-7', { weights: file }), trained());
});

test("weights that are not there, another network's or unknown are refused by name", async () => {
  const file = join(results, 'other.safetensors');
  await saveWeights(file, srcnn('9-1-5'));
  assert.throws(
    () => pretrained('x4', { results }),
    (error: Error) => error instanceof WeightsError && /paper-x4.*is not there.*--scale 4/.test(error.message),
  );
  assert.throws(() => srcnn('9-1-7', { weights: file }), WeightsError);
  assert.throws(() => srcnn('9-1-7', { weights: 'x5' }), UnknownNameError);
  assert.throws(() => srcnn('9-1-7', { weights: 'toString' }), UnknownNameError);
});

for (const scale of [2, 3, 4]) {
  const folder = join(__dirname, '..', '..', 'results', `paper-x${scale}`);
  const skip = existsSync(join(folder, 'weights.safetensors')) ? false : `${folder} has no weights yet`;
  test(`the weights for x${scale} that come with the package say what they were trained for`, { skip }, () => {
    assert.deepEqual(pretrained(`x${scale}`).degradation, { protocol: 'paper', scale });
  });
}

test("a file's metadata is added to without a change to its tensors", async () => {
  const file = join(results, 'stamped.safetensors');
  const model = srcnn('9-1-7', { seed: 8 });
  await saveWeights(file, model, { epoch: '12', data: '216361 patches of 32, seed x3, sha256 f7087f4f9ef3aa28' });
  await stampWeights(file, { run: 'tuned-x3', score: 'Set5 32.1 dB' });
  const { run, score, epoch } = await readMetadata(file);
  assert.deepEqual({ run, score, epoch }, { run: 'tuned-x3', score: 'Set5 32.1 dB', epoch: '12' });
  assert.deepEqual(
    await loadWeights(file),
    { ...model, degradation: { protocol: 'seed', scale: 3 } },
    'the degradation is read from the description of the patches',
  );
  const once = await readFile(file);
  await stampWeights(file, { run: 'tuned-x3' });
  assert.deepEqual(await readFile(file), once);
});
