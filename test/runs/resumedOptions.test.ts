import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadWeights } from '../../src/formats/weights';
import type { EpochRecord } from '../../src/runs/history';
import { readCheckpoint, writeCheckpoint } from '../../src/runs/checkpoint';
import type { TrainOptions } from '../../src/recipes/recipes';
import type { TrainSettings } from '../../src/training/settings';
import { train } from '../../src/training/train';
import { meanLoss } from '../../src/training/validate';
import { smallWaves } from '../training/toyPatches';
import { copyOfRun, data, engine, folder, options, whole } from './stoppedRun';

/** The same run at one go, and stopped in the middle of its third epoch and resumed. */
async function bothWays(name: string, changes: TrainSettings) {
  const all = { ...options, ...changes, border: 0, engine };
  const run = join(folder, name);
  const atOnce = await train(data, all).done;
  const first = train(data, { ...all, folder: run, onStep: ({ step }) => void (step === 5 && first.stop()) });
  await first.done;
  assert.equal(first.state, 'stopped');
  const resumed = await train(data, { ...all, folder: run, resume: true }).done;
  assert.deepEqual(resumed.model.weights, atOnce.model.weights, name);
  assert.deepEqual(resumed.history.losses, atOnce.history.losses, name);
  const rates = (epochs: EpochRecord[]) => epochs.map(({ learningRate }) => learningRate);
  assert.deepEqual(rates(resumed.history.epochs), rates(atOnce.history.epochs), name);
  return { atOnce, run };
}

for (const [name, changes] of Object.entries({
  ema: { ema: 0.9 },
  warmUp: { warmUp: 7 },
  weightDecay: { weightDecay: 0.1 },
  branches: { branches: true },
  plateau: { schedule: 'plateau', patience: 1, optimizer: 'sgd', learningRate: 0.02 },
} satisfies Record<string, TrainSettings>))
  test(`a run with ${name} that is resumed ends bit for bit as one that was never stopped`, async () => {
    const { atOnce } = await bothWays(name, changes);
    assert.notDeepEqual(atOnce.model.weights, whole.model.weights);
  });

test('the weights that are validated, saved and returned are the moving average', async () => {
  const { atOnce, run } = await bothWays('averaged', { ema: 0.8, epochs: 3 });
  const { ema, weights, best } = await readCheckpoint(join(run, 'checkpoint.bin'));
  assert.equal(best!.epoch, 3, 'the loss falls in every epoch');
  assert.deepEqual(best!.weights, ema);
  assert.notDeepEqual(ema, weights);
  const model = await loadWeights(join(run, 'weights.safetensors'));
  assert.deepEqual(model.weights, ema);
  assert.deepEqual(atOnce.model.weights, ema);
  const loss = await meanLoss(data.validation, model, engine, { batchSize: 8, border: 0, onBatch: () => undefined });
  assert.equal(loss, atOnce.best.validationLoss);
});

test('a checkpoint of an earlier version, which lacks the newer fields, is resumed as ever', async () => {
  const run = await copyOfRun('earlier');
  const file = join(run, 'checkpoint.bin');
  const checkpoint = await readCheckpoint(file);
  const { loss, augment, branches, ...earlier } = checkpoint.options;
  assert.deepEqual([loss, augment, branches], ['mse', false, false]);
  checkpoint.options = earlier as TrainOptions;
  checkpoint.history.epochs = checkpoint.history.epochs.map(({ step, validationSeconds, ...record }) => {
    assert.ok(step! > 0 && validationSeconds! >= 0);
    return record;
  });
  await writeCheckpoint(file, checkpoint);
  const { model, history } = await train(data, { ...options, engine, folder: run, resume: true }).done;
  assert.deepEqual(model.weights, whole.model.weights);
  assert.equal(history.epochs.length, 4);
});

test('a run of a network that has its scale from the patches is resumed at scales other than 3, too', async () => {
  for (const scale of [2, 4]) {
    const small = { training: smallWaves(16, scale), validation: smallWaves(4, scale) };
    const run = join(folder, `small-x${scale}`);
    const all = { epochs: 2, batchSize: 8, network: 'plain-4x1', engine };
    const atOnce = await train(small, all).done;
    const first = train(small, { ...all, folder: run, onStep: ({ step }) => void (step === 3 && first.stop()) });
    await first.done;
    const { model, history } = await train(small, { ...all, folder: run, resume: true }).done;
    assert.equal(history.epochs.length, 2);
    assert.deepEqual(model.weights, atOnce.model.weights);
  }
});
