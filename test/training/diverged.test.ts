// A run that diverges: what counts as divergence, and which checkpoint is left.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { DivergedError } from '../../src/errors';
import { chain } from '../../src/network/families/srcnn';
import { loadCheckpoint } from '../../src/runs/checkpoint';
import type { TrainResult, TrainSettings } from '../../src/training/settings';
import { train } from '../../src/training/train';
import { noise } from './toyPatches';

let engine: Engine, folder: string, whole: TrainResult;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-diverged-'));
  whole = await train(data, { ...options, engine }).done;
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const data = { training: noise(32), validation: noise(4) };
const options = {
  epochs: 2,
  batchSize: 8,
  learningRate: 1e-3,
  lossEvery: 1,
  network: chain([
    { filters: 4, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]),
} satisfies TrainSettings;

test('a finite loss that is too large for a network to recover ends the run', async () => {
  for (const learningRate of [1e3, 1e6, 1e12]) {
    const session = train(data, {
      ...options,
      engine,
      optimizer: 'sgd',
      schedule: 'constant',
      learningRate,
      epochs: 40,
    });
    await assert.rejects(
      session.done,
      (error: Error) =>
        error instanceof DivergedError && /loss became \d\S* in epoch 1, batch [234];/.test(error.message),
      String(learningRate),
    );
  }
});

test('no checkpoint, even after every batch, holds weights that have diverged', async () => {
  for (const ruinous of [2, 3, 5]) {
    const run = join(folder, `timed-${ruinous}`);
    let steps = 0;
    const session = train(data, {
      ...options,
      engine,
      folder: run,
      checkpointMinutes: 0,
      onStep: () => void (++steps === ruinous && (session.learningRate = 1e15)),
    });
    await assert.rejects(session.done, DivergedError);
    const { epoch, batch, weights } = (await loadCheckpoint(run))!;
    assert.equal(4 * epoch + batch, ruinous, 'the weights before the ruinous update are kept');
    assert.ok(weights.every((weight) => Math.abs(weight) < 100));
    session.learningRate = 1e-3;
    session.resume();
    assert.deepEqual((await session.done).model.weights, whole.model.weights);
  }
});

test('stop() after an update that diverges keeps the checkpoint before it, from which the run continues', async () => {
  const run = join(folder, 'stopped');
  let steps = 0;
  const session = train(data, {
    ...options,
    engine,
    folder: run,
    onStep: () => {
      steps++;
      if (steps === 5) session.learningRate = 1e15;
      if (steps === 6) void session.stop();
    },
  });
  await assert.rejects(
    session.done,
    (error: Error) => error instanceof DivergedError && /in epoch 2, after batch 2;/.test(error.message),
  );
  const { epoch, batch } = (await loadCheckpoint(run))!;
  assert.deepEqual([epoch, batch], [1, 0]);
  session.learningRate = 1e-3;
  session.resume();
  assert.deepEqual((await session.done).model.weights, whole.model.weights);
});
