import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { CheckpointError, DivergedError, OptionError } from '../../src/errors';
import { loadWeights } from '../../src/formats/weights';
import { readCheckpoint } from '../../src/runs/checkpoint';
import { train } from '../../src/training/train';
import { waves } from './toyPatches';

let engine: Engine;
let folder: string;
before(async () => {
  engine = await createWasmEngine({ threads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-train-'));
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const data = { training: waves(48), validation: waves(9) };
const options = { epochs: 4, batchSize: 16, lossEvery: 1, network: '9-1-5' };

test('training brings the loss down and keeps a record of every epoch', async () => {
  const { history, best } = await train(data, { ...options, engine }).done;
  assert.equal(history.epochs.length, 4);
  assert.equal(history.losses.length, 12);
  assert.ok(history.epochs[3].loss < history.epochs[0].loss / 2);
  assert.equal(best.validationLoss, Math.min(...history.epochs.map((epoch) => epoch.validationLoss)));
});

test('a run that is resumed ends bit for bit as one that was never stopped', async () => {
  const augmented = { ...options, augment: true, engine };
  const whole = await train(data, augmented).done;
  const run = join(folder, 'resumed');
  const first = train(data, { ...augmented, folder: run, onEpoch: ({ epoch }) => void (epoch === 2 && first.stop()) });
  await first.done;
  assert.equal((await readCheckpoint(join(run, 'checkpoint.bin'))).epoch, 2);
  const second = await train(data, { ...augmented, folder: run, resume: true }).done;
  assert.deepEqual(second.model.weights, whole.model.weights);
  assert.deepEqual(second.history.losses, whole.history.losses);
});

test('the folder holds the best weights, readable, and nothing half-written', async () => {
  const run = join(folder, 'kept');
  const { model } = await train(data, { ...options, engine, folder: run }).done;
  assert.deepEqual((await loadWeights(join(run, 'weights.safetensors'))).weights, model.weights);
  assert.deepEqual((await readdir(run)).sort(), [
    'checkpoint.bin',
    'checkpoint.previous.bin',
    'history.json',
    'options.json',
    'weights.safetensors',
  ]);
});

test('a checkpoint that is damaged, or of other options or data, is refused by name', async () => {
  const run = join(folder, 'refused');
  await train(data, { ...options, epochs: 1, engine, folder: run }).done;
  const resume = (changes: object, other = data) =>
    train(other, { ...options, ...changes, engine, folder: run, resume: true }).done;
  await assert.rejects(resume({ learningRate: 0.5 }), CheckpointError);
  await assert.rejects(resume({}, { ...data, training: waves(32) }), CheckpointError);
  const file = join(run, 'checkpoint.bin');
  const bytes = await readFile(file);
  await writeFile(file, bytes.subarray(0, bytes.length - 100));
  await assert.rejects(resume({}), CheckpointError);
});

test('options out of range are refused before anything runs', () => {
  for (const wrong of [
    { learningRate: 0 },
    { learningRate: NaN },
    { epochs: 0 },
    { epochs: 1.5 },
    { batchSize: 1000 },
    { ema: 0 },
    { ema: 1 },
    { warmUp: -1 },
    { warmUp: 0.5 },
    { weightDecay: -0.1 },
    { patience: 0 },
  ]) {
    assert.throws(() => train(data, { ...options, ...wrong, engine }), OptionError);
  }
});

test('a run with a loss of frequencies learns, and is refused where its patches hold no block', async () => {
  const data = { training: waves(48), validation: waves(16) };
  const all = { ...options, loss: 'fdpl', border: 3, engine } as const;
  const { history } = await train(data, { ...all, learningRate: 1e-3, optimizer: 'adam' }).done;
  assert.ok(history.epochs[3].loss < history.epochs[0].loss / 2, `${history.epochs.map(({ loss }) => loss)}`);
  assert.throws(() => train(data, { ...all, border: 5 }), /a border of 5 leaves no 8x8 outputs for the loss fdpl/);
});

test('a loss that is no longer a number ends the run with advice', async () => {
  await assert.rejects(train(data, { ...options, engine, optimizer: 'sgd', learningRate: 1e20 }).done, DivergedError);
});
