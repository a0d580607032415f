import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { CheckpointError, OptionError } from '../../src/errors';
import { initialize } from '../../src/network/initialize';
import { newCheckpoint } from '../../src/runs/checkpoint';
import type { EpochRecord, History } from '../../src/runs/history';
import { recipes } from '../../src/recipes/recipes';
import { byMinutes, epochSeconds } from '../../src/training/timetable';
import { train } from '../../src/training/train';
import { waves } from './toyPatches';

let engine: Engine;
let folder: string;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-minutes-'));
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const data = { training: waves(48), validation: waves(4) };
const options = { network: '9-1-5', border: 0, batchSize: 16, lossEvery: 1, minutes: 0.04 } as const;
const seconds = ({ epochs }: History) => epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);

test('a run by minutes ends when they have passed, and its cosine schedule ends with it', async () => {
  const began = Date.now();
  const { history } = await train(data, { ...options, engine }).done;
  const wall = (Date.now() - began) / 1000;
  assert.ok(seconds(history) > 0.7 * 2.4 && seconds(history) <= wall, `${seconds(history)} of 2.4 s, ${wall} in all`);
  assert.ok(history.epochs.length >= 2 && history.epochs.length <= 61, `${history.epochs.length} epochs`);
  assert.ok(history.epochs.at(-1)!.learningRate < 0.05 * 3e-3, `${history.epochs.at(-1)!.learningRate} at the end`);
  const fractions = history.timeline!.map(({ fraction }) => fraction);
  assert.deepEqual(
    fractions,
    [...fractions].sort((a, b) => a - b),
  );
});

test('its epochs only divide the passes through the patches, and change no weight', async () => {
  const constant = { ...options, schedule: 'constant', augment: true, engine } as const;
  const timed = (await train(data, constant).done).history;
  const epochs = Math.ceil(timed.losses.length / 3);
  const counted = (await train(data, { ...constant, minutes: undefined, epochs }).done).history;
  assert.deepEqual(timed.losses, counted.losses.slice(0, timed.losses.length));
});

test('a resumed run trains for the minutes it began with, or for those it is given then', async () => {
  const run = join(folder, 'stopped');
  const resumed = { ...options, engine, folder: run, resume: true };
  const first = train(data, { ...resumed, onEpoch: ({ epoch }) => void (epoch === 2 && first.stop()) });
  const { history: half } = await first.done;
  assert.equal(first.state, 'stopped');
  assert.ok(seconds(half) < 1.5, `${seconds(half)} s`);
  const { history } = await train(data, resumed).done;
  assert.ok(seconds(history) > 0.7 * 2.4 && seconds(history) < 1.5 * 2.4, `${seconds(history)} of 2.4 s`);
  const longer = await train(data, { ...resumed, minutes: 0.06 }).done;
  assert.ok(seconds(longer.history) > 1.2 * seconds(history), `${seconds(longer.history)} of 3.6 s`);
  await assert.rejects(train(data, { ...resumed, minutes: 0.001 }).done, OptionError);
  await assert.rejects(train(data, { ...resumed, minutes: undefined }).done, CheckpointError);
});

test('minutes of 0, or shorter than a batch, are refused by name', async () => {
  for (const minutes of [0, -1, NaN, Infinity])
    assert.throws(() => train(data, { ...options, engine, minutes }), /minutes is .*; use a number above 0/);
  await assert.rejects(
    train(data, { ...options, engine, minutes: 1e-7 }).done,
    /minutes is 1e-7, but the first batch alone took .* seconds; use more/,
  );
});

test('the minutes of a session can be changed while it trains, but not to fewer than have passed', async () => {
  const session = train(data, { ...options, engine, minutes: 60, onEpoch: () => undefined });
  await new Promise<void>((resolve) => {
    const off = session.subscribe((event) => void (event === 'step' && (off(), resolve())));
  });
  for (const wrong of [0, 1e-9, NaN, undefined]) assert.throws(() => (session.minutes = wrong), OptionError);
  session.minutes = 0.02;
  assert.equal(session.options.minutes, 0.02);
  const { history } = await session.done;
  assert.ok(seconds(history) < 2.4);
  const byEpochs = train(data, { ...options, engine, minutes: undefined, epochs: 1 });
  assert.throws(() => (byEpochs.minutes = 5), /goes by epochs/);
  await byEpochs.done;
});

test('a run of four hours is validated sixty times, one of two minutes several times, however slow that is', () => {
  const course = (minutes: number, validationSeconds: number) => {
    const fresh = newCheckpoint({ ...recipes.tuned, minutes }, initialize('9-1-5'), '');
    fresh.history.epochs.push({ seconds: 60, validationSeconds } as EpochRecord);
    return fresh;
  };
  assert.ok(Math.abs(epochSeconds(course(240, 8)) / (4 * 3600 - 8) - 1 / 60) < 1e-9);
  assert.equal(epochSeconds(course(20, 8)), 72);
  assert.equal(epochSeconds(course(4, 20)), 220 / 4);
  const late = course(2, 8);
  late.history.epochs[0].seconds = 80;
  late.seconds = 31.9;
  assert.ok(!byMinutes.epochIsOver({ ...late, batch: 1 }, 1));
  late.seconds = 32.1;
  assert.ok(byMinutes.epochIsOver({ ...late, batch: 1 }, 1), 'what is left of the last epoch is not cut off it');
});
