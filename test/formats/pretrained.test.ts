import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { UnknownNameError, WeightsError } from '../../src/errors';
import { pretrained, pretrainedNames } from '../../src/formats/pretrained';
import { composeSafetensors } from '../../src/formats/safetensors';
import { loadWeights, parseWeights, readMetadata, saveWeights, stampWeights } from '../../src/formats/weights';
import type { Model } from '../../src/network/network';
import { tensors } from '../../src/network/parameters';
import { initialize } from '../../src/network/initialize';

let results: string;
before(async () => void (results = await mkdtemp(join(tmpdir(), 'srcnn-pretrained-'))));
after(() => rm(results, { recursive: true }));

const trained = (): Model => ({
  ...initialize('9-1-7', { seed: 3 }),
  padding: 'reflect',
  trainedFor: { protocol: 'paper', scale: 3, degradation: { sigma: 0 } },
});

test('trained weights load by name from the run that made them, and from a file', async () => {
  const file = join(results, 'paper-x3', 'weights.safetensors');
  await saveWeights(file, trained());
  assert.deepEqual(pretrained('x3', { results }), trained());
  assert.deepEqual(pretrained(file), trained());
  assert.deepEqual(pretrained('srcnn-x3', { results }), trained());
});

test('a scale alone means the best weights that are there for it', async () => {
  const of = (seed: number): Model => ({ ...trained(), ...initialize('plain-4x2', { seed }), padding: 'reflect' });
  await saveWeights(join(results, 'fast-x3', 'weights.safetensors'), of(1));
  assert.deepEqual(pretrained('x3', { results }).weights, of(1).weights);
  await saveWeights(join(results, 'best-x3', 'weights.safetensors'), of(2));
  assert.deepEqual(pretrained('x3', { results }).weights, of(2).weights);
  assert.deepEqual(pretrained('fast-x3', { results }).weights, of(1).weights);
});

test("weights that are not there, another network's or unknown are refused by name", async () => {
  const file = join(results, 'other.safetensors');
  await saveWeights(file, initialize('9-1-5'));
  assert.throws(
    () => pretrained('x4', { results }),
    (error: Error) => error instanceof WeightsError && /paper-x4.*is not there.*--scale 4/.test(error.message),
  );
  assert.throws(() => pretrained(file, { expected: initialize('9-1-7') }), WeightsError);
  assert.throws(() => pretrained('x5'), UnknownNameError);
  assert.throws(() => pretrained('large-x3'), UnknownNameError);
  assert.throws(() => pretrained('toString'), UnknownNameError);
});

test('all weights that come with the package say what they were trained for', () => {
  for (const name of pretrainedNames.filter((each) => !each.startsWith('x'))) {
    const folder = join(__dirname, '..', '..', 'results', name.replace('srcnn', 'paper'));
    const scale = Number(name.slice(-1));
    if (!existsSync(folder)) continue;
    assert.deepEqual(pretrained(name).trainedFor, { protocol: 'paper', scale, degradation: { sigma: 0 } }, name);
  }
  for (const scale of [2, 3, 4]) assert.equal(pretrained(`srcnn-x${scale}`).network.name, '9-1-7');
});

test("a file's metadata is added to without a change to its tensors", async () => {
  const file = join(results, 'stamped.safetensors');
  const model = initialize('9-1-7', { seed: 8 });
  await saveWeights(file, model, { epoch: '12' });
  await stampWeights(file, { run: 'tuned-x3', score: 'Set5 32.1 dB' });
  const { run, score, epoch } = await readMetadata(file);
  assert.deepEqual({ run, score, epoch }, { run: 'tuned-x3', score: 'Set5 32.1 dB', epoch: '12' });
  assert.deepEqual(await loadWeights(file), model);
  const once = await readFile(file);
  await stampWeights(file, { run: 'tuned-x3' });
  assert.deepEqual(await readFile(file), once);
});

test('files that version 0.1 wrote say their protocol and scale in a text about their patches', async () => {
  const model = initialize('9-1-7', { seed: 8 });
  const { network, weights } = model;
  const layers = network.layers.map(({ kind: _, ...layer }) => layer);
  const metadata = {
    name: '9-1-7',
    layers: JSON.stringify(layers),
    padding: 'reflect',
    data: '216361 patches of 32, seed x3, sha256 f7087f4f9ef3aa28',
  };
  const entries = tensors(network).map(({ name, shape, start, end }) => [
    name,
    { dtype: 'F32', shape, data_offsets: [4 * start, 4 * end] },
  ]);
  const data = Buffer.from(weights.buffer);
  const bytes = composeSafetensors({ metadata, tensors: Object.fromEntries(entries), data });
  assert.deepEqual(parseWeights('old.safetensors', bytes), {
    ...model,
    padding: 'reflect',
    trainedFor: { protocol: 'report', scale: 3, degradation: { sigma: 1 } },
  });
});
