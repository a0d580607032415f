// A network, a protocol and a measure that the lab does not know, through the package's public API alone.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  createEngine,
  type Engine,
  evaluate,
  type Image,
  loadDataset,
  loadWeights,
  type Measure,
  measureOf,
  type Network,
  preparePatches,
  type Protocol,
  protocolOf,
  readImage,
  saveWeights,
  train,
  upscale,
} from 'srcnn-lab';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-own-'));
after(() => rmSync(folder, { recursive: true }));

/** Two convolutions, a skip, PReLU and a shuffle, x2, on the small picture. */
const network: Network = {
  name: 'toy',
  channels: 1,
  reads: 'small',
  scale: 2,
  layers: [
    { kind: 'convolution', filters: 4, kernel: 3, activation: 'prelu' },
    { kind: 'convolution', filters: 4, kernel: 3, activation: 'linear' },
    { kind: 'add', layer: 0 },
    { kind: 'add', layer: 'input' },
    { kind: 'shuffle', factor: 2 },
  ],
};

const paper = protocolOf('paper');

/** Scores a wider border, and by a measure of its own. */
const largestError: Measure = {
  ...measureOf('rmse'),
  name: 'largest',
  title: 'largest error',
  compare: ({ data }, truth) =>
    Array.from(data).reduce((most, value, i) => Math.max(most, Math.abs(value - truth.data[i])), 0),
};
const protocol: Protocol = {
  ...paper,
  name: 'toy',
  border: (scale) => 2 * scale,
  measures: { ...paper.measures, largest: largestError },
};

async function trainScoreAndUse(engine: Engine): Promise<void> {
  const files = await loadDataset('sample');
  const options = { protocol, scale: 2, reads: 'small', size: 16, stride: 61 } as const;
  const { patches: training } = await preparePatches(files.training.slice(0, 2), options);
  const { patches: validation } = await preparePatches(files.validation, { ...options, stride: 97 });
  const settings = { network, loss: 'l1', optimizer: 'adam', learningRate: 2e-3, epochs: 3, batchSize: 8 } as const;
  const session = train({ training, validation }, { ...settings, border: 0, engine });
  const { model, history } = await session.done;
  assert.ok(history.epochs[2].loss < history.epochs[0].loss, 'it learns');
  assert.deepEqual(model.trainedFor, { protocol: 'toy', scale: 2, degradation: { sigma: 0 } });

  const file = join(folder, `${engine.name}.safetensors`);
  await saveWeights(file, model);
  const loaded = await loadWeights(file);
  assert.deepEqual(loaded, model);

  const { rows, scale, ...scored } = await evaluate(files.evaluation, { model: loaded, protocol, engine });
  assert.deepEqual([scored.protocol, scale], ['toy', 2]);
  assert.deepEqual(Object.keys(rows[0].network!), ['psnr', 'ssim', 'largest']);
  assert.ok(rows[0].network!.largest > 1 && rows[0].network!.psnr > 20);

  const small: Image = await readImage(files.evaluation[0]);
  const corner = { ...small, height: 20, data: small.data.slice(0, 20 * small.width * small.channels) };
  const large = await upscale(corner, { model: loaded, protocol, engine });
  assert.deepEqual([large.width, large.height], [2 * small.width, 40]);
}

test("a network, a protocol and a measure of one's own train, save, load, score and upscale on wasm", async () => {
  const engine = await createEngine('wasm', { threads: 2 });
  await trainScoreAndUse(engine).finally(() => engine.close());
});

test("a network, a protocol and a measure of one's own do the same on tensorflow", async (context) => {
  const engine = await createEngine('tensorflow').catch((error: Error) => error);
  if (!(engine instanceof Error)) return trainScoreAndUse(engine).finally(() => engine.close());
  assert.ok(!process.env.SRCNN_TEST_TENSORFLOW, engine.message);
  context.skip(engine.message);
});
