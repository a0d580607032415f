import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { CheckpointError, OptionError } from '../../src/errors';
import { loadWeights, saveWeights } from '../../src/formats/weights';
import { initialize } from '../../src/network/initialize';
import { countWeights } from '../../src/network/parameters';
import { readCheckpoint, writeCheckpoint } from '../../src/runs/checkpoint';
import { loadRun } from '../../src/runs/readRun';
import { findRate } from '../../src/training/findRate';
import { replay } from '../../src/training/replay';
import type { TrainSession } from '../../src/training/settings';
import { sweep } from '../../src/training/sweep';
import { train } from '../../src/training/train';
import { smallWaves } from './toyPatches';

let engine: Engine;
let folder: string;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-branches-'));
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const data = { training: smallWaves(32, 2), validation: smallWaves(8, 2) };
const options = {
  network: 'plain-8x2',
  branches: true,
  learningRate: 1e-2,
  batchSize: 8,
  epochs: 4,
  lossEvery: 1,
} as const;

test('a run with branches brings the loss down, and its weights file alone gives the same picture', async () => {
  const run = join(folder, 'learns');
  const { model, history, best } = await train(data, { ...options, epochs: 6, engine, folder: run }).done;
  const losses = history.epochs.map(({ loss }) => loss);
  assert.ok(losses[5] < losses[0] / 2, String(losses));
  const plain = await train(data, { ...options, epochs: 6, branches: false, engine }).done;
  assert.notDeepEqual(plain.model.weights, model.weights);
  assert.equal(plain.history.losses[0].loss, history.losses[0].loss, 'both begin with the same network');
  const loaded = await loadWeights(join(run, 'weights.safetensors'));
  assert.equal(loaded.weights.length, countWeights(loaded.network));
  assert.equal(best.epoch, 6);
  const pixels = Float32Array.from({ length: 15 * 11 }, (_, i) => Math.sin(i / 3));
  const input = { data: pixels, count: 1, channels: 1, width: 15, height: 11 };
  assert.deepEqual((await engine.predict(loaded, input)).data, (await engine.predict(model, input)).data);
});

test('a fork has branches of its own and ends like the run; the replay of both ends with the same bits', async () => {
  const [run, name] = [join(folder, 'parent'), join(folder, 'parent-fork')];
  const session = train(data, { ...options, engine, folder: run });
  let fork: TrainSession | undefined;
  session.subscribe((event) => {
    if (event === 'step' && session.progress!.step === 5) fork ??= session.fork();
  });
  const { model } = await session.done;
  assert.deepEqual((await fork!.done).model.weights, model.weights);
  const state = async (of: string) => (await readCheckpoint(join(of, 'checkpoint.bin'))).optimizer;
  assert.deepEqual(await state(name), await state(run));
  const again = await replay(run, data, { engine, folder: join(folder, 'again') });
  assert.deepEqual((await again.done).model.weights, model.weights);
  assert.deepEqual(await state(join(folder, 'again')), await state(run));
});

test('a run of ECBSR by an earlier version, which knew no branches, is replayed without them', async () => {
  const run = join(folder, 'earlier');
  const settings = { ...options, network: 'ecbsr-m1c8', branches: false, epochs: 1, engine, folder: run };
  const { model } = await train(data, settings).done;
  const saved = await loadRun(run);
  delete saved.options.branches;
  assert.deepEqual((await (await replay(saved, data, { engine })).done).model.weights, model.weights);
});

test('a run that starts from other weights begins with exactly these', async () => {
  const from = join(folder, 'from.safetensors');
  await saveWeights(from, initialize('plain-8x2', { seed: 9, scale: 2 }));
  const firstLoss = async (branches: boolean) =>
    (await train(data, { ...options, branches, epochs: 1, from, engine }).done).history.losses[0].loss;
  assert.equal(await firstLoss(true), await firstLoss(false));
});

test('a resumed run with other branches, or a checkpoint whose branches are damaged, is refused by name', async () => {
  const run = join(folder, 'refused');
  await train(data, { ...options, epochs: 1, engine, folder: run }).done;
  await assert.rejects(
    train(data, { ...options, epochs: 1, branches: false, engine, folder: run, resume: true }).done,
    (error: Error) => error instanceof CheckpointError && /branches true, now false/.test(error.message),
  );
  const file = join(run, 'checkpoint.bin');
  const checkpoint = await readCheckpoint(file);
  const { optimizer } = checkpoint;
  for (const [branches, reason] of [
    [undefined, /optimizer has arrays of/],
    [optimizer.branches!.slice(1), /optimizer has arrays of/],
    [optimizer.branches!.map((value, i) => (i === 3 ? NaN : value)), /hold the value NaN/],
  ] as const) {
    await writeCheckpoint(file, { ...checkpoint, optimizer: { ...optimizer, branches } });
    await assert.rejects(readCheckpoint(file), reason);
  }
});

test('findRate and sweep know the branches, and a network without 3x3 kernels is refused at once', async () => {
  const { points } = await findRate(data.training, { ...options, batches: 4, least: 1e-3, most: 1e-2, engine });
  const plain = await findRate(data.training, {
    ...options,
    branches: false,
    batches: 4,
    least: 1e-3,
    most: 1e-2,
    engine,
  });
  assert.equal(points[0].loss, plain.points[0].loss);
  assert.notEqual(points[3].loss, plain.points[3].loss);
  const rows = await sweep({ branches: [false, true] }, data, { ...options, epochs: 1, engine });
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['branches=false', 'branches=true'],
  );
  assert.notEqual(rows[0].validationLoss, rows[1].validationLoss);
  assert.throws(
    () => train(data, { ...options, network: '9-1-5', engine }),
    (error: Error) => error instanceof OptionError && /9-1-5 has no 3x3 convolution/.test(error.message),
  );
});
