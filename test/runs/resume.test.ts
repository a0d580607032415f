import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CheckpointError, DivergedError, OptionError, UnknownNameError, WriteError } from '../../src/errors';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { loadWeights } from '../../src/formats/weights';
import { loadCheckpoint } from '../../src/runs/checkpoint';
import { train } from '../../src/training/train';
import { noise } from '../training/toyPatches';
import type { TrainSettings } from '../../src/training/settings';
import { copyOfRun, data, engine, folder, options, whole } from './stoppedRun';

test(
  'resuming with other data, another network, other options or fewer epochs than are done is refused, and the ' +
    'message says what differs',
  async () => {
    const run = await copyOfRun('differing');
    const before = await readFile(join(run, 'checkpoint.bin'));
    const refused = async (
      kind: new (...given: never[]) => Error,
      pattern: RegExp,
      changes: TrainSettings,
      other = data,
    ) =>
      assert.rejects(
        train(other, { ...options, ...changes, engine, folder: run, resume: true }).done,
        (error: Error) => error instanceof kind && pattern.test(error.message) && error.message.includes(run),
        String(pattern),
      );
    await refused(
      CheckpointError,
      /other data \(16 patches .*; now 16 patches/,
      {},
      { ...data, training: noise(16, 41) },
    );
    await refused(CheckpointError, /other data \(16 patches .*; now 24 patches/, {}, { ...data, training: noise(24) });
    await refused(CheckpointError, /other options: network \{.*"filters":4.*, now "9-1-5"/, {
      network: '9-1-5',
      border: 0,
    });
    await refused(
      CheckpointError,
      /other options: batchSize 8, now 4, seed 0, now 7;|other options: seed 0, now 7, batchSize 8, now 4;/,
      { batchSize: 4, seed: 7 },
    );
    await refused(OptionError, /epochs is 2, but 3 are done/, { epochs: 2 });
    await assert.rejects(
      train(data, { ...options, engine, folder: run }).done,
      (error: Error) => error instanceof CheckpointError && /holds a run already; resume it/.test(error.message),
    );
    assert.deepEqual(await readFile(join(run, 'checkpoint.bin')), before);
  },
);

test('a checkpoint says which kernels wrote it, and a resume with others says so, once', async () => {
  const run = await copyOfRun('kernels');
  assert.equal((await loadCheckpoint(run))!.kernels, engine.kernels);
  const notes: string[] = [];
  const resumeWith = (other: Engine, epochs: number) =>
    train(data, { ...options, epochs, engine: other, folder: run, resume: true, onNote: (note) => notes.push(note) })
      .done;
  await resumeWith(engine, 4);
  assert.deepEqual(notes, [], 'the same kernels are not worth a line');
  const plain = await createWasmEngine({ threads: 1, kernels: 'wasm-plain' });
  await resumeWith(plain, 5);
  await plain.close();
  assert.match(notes.join('\n'), new RegExp(`^${run}: .*kernels ${engine.kernels} .* wasm-plain, .* last digits$`));
  assert.equal((await loadCheckpoint(run))!.kernels, 'wasm-plain');
});

test('the same options in another order are the same options', async () => {
  const run = await copyOfRun('reordered');
  const reordered = Object.fromEntries(
    Object.entries({ ...options, momentum: undefined, seed: 0, optimizer: 'soap' }).reverse(),
  ) as TrainSettings;
  assert.deepEqual(
    (await train(data, { ...reordered, engine, folder: run, resume: true }).done).model.weights,
    whole.model.weights,
  );
});

test('more epochs are trained on top, and a learning rate changed before the folder was read still holds', async () => {
  const run = await copyOfRun('longer');
  const session = train(data, { ...options, epochs: 6, engine, folder: run, resume: true });
  session.learningRate = 1e-5;
  const { history } = await session.done;
  assert.equal(history.epochs.length, 6);
  assert.ok(history.epochs[3].learningRate <= 1e-5);
  assert.equal((await loadCheckpoint(run))!.learningRate, 1e-5);
});

test('a run that diverged continues from its last checkpoint once the learning rate is lowered', async () => {
  const run = join(folder, 'diverged');
  const session = train(data, {
    ...options,
    engine,
    folder: run,
    onEpoch: ({ epoch }) => void (epoch === 2 && (session.learningRate = 1e30)),
  });
  await assert.rejects(
    session.done,
    (error: Error) =>
      error instanceof DivergedError && /in epoch 3, batch \d; lower learningRate, then resume\(\)/.test(error.message),
  );
  session.learningRate = 1e-3;
  session.resume();
  assert.deepEqual((await session.done).model.weights, whole.model.weights);
});

test(
  'a run that diverged before its first checkpoint begins anew once the learning rate is lowered, with and ' +
    'without a folder',
  async () => {
    for (const own of [join(folder, 'early'), undefined]) {
      const session = train(data, { ...options, engine, folder: own });
      session.learningRate = 1e30;
      await assert.rejects(
        session.done,
        (error: Error) =>
          error instanceof DivergedError && /in epoch 1, batch 2; lower learningRate/.test(error.message),
      );
      session.learningRate = 1e-3;
      session.resume();
      const { model, history } = await session.done;
      assert.deepEqual(model.weights, whole.model.weights);
      assert.deepEqual(history.losses, whole.history.losses);
    }
  },
);

test('a validation loss of NaN ends the run, and is never the best', async () => {
  const run = join(folder, 'last-batch');
  let steps = 0;
  const settings = {
    ...options,
    engine,
    folder: run,
    onStep: () => void (++steps === 3 && (session.learningRate = 1e30)),
  };
  const session = train(data, settings);
  await assert.rejects(
    session.done,
    (error: Error) =>
      error instanceof DivergedError &&
      /validation loss became \w+ in epoch 2, after its last batch/.test(error.message),
  );
  assert.equal((await loadCheckpoint(run))!.best!.epoch, 1);
  session.learningRate = 1e-3;
  session.resume();
  assert.deepEqual((await session.done).model.weights, whole.model.weights);
});

test('a run whose checkpoints were removed is not trained over, with or without resume', async () => {
  const run = await copyOfRun('finished');
  for (const name of ['checkpoint.bin', 'checkpoint.previous.bin']) await rm(join(run, name));
  const files = ['weights.safetensors', 'options.json', 'history.json'].map((name) => join(run, name));
  const before = await Promise.all(files.map((file) => readFile(file)));
  for (const resume of [false, true]) {
    await assert.rejects(
      train(data, { ...options, engine, folder: run, resume }).done,
      (error: Error) =>
        error instanceof CheckpointError && /lost its checkpoint/.test(error.message) && error.message.includes(run),
    );
  }
  assert.deepEqual(await Promise.all(files.map((file) => readFile(file))), before);
});

test('only what a killed run left is swept out of its folder', async () => {
  const run = await copyOfRun('swept');
  for (const name of [
    'mine.tmp',
    '.next',
    'weights.safetensors.77.tmp',
    'checkpoint.bin.next',
    'checkpoint.bin.next.77.tmp',
    'run.lock.a-b.tmp',
  ])
    await writeFile(join(run, name), '');
  await train(data, { ...options, engine, folder: run, resume: true }).done;
  assert.deepEqual((await readdir(run)).sort(), [
    '.next',
    'checkpoint.bin',
    'checkpoint.previous.bin',
    'history.json',
    'mine.tmp',
    'options.json',
    'weights.safetensors',
  ]);
});

test(
  'best weights that lag behind the checkpoint are written anew; options.json holds what was changed while it ' +
    'trained',
  async () => {
    const run = await copyOfRun('weights-lag');
    const file = join(run, 'weights.safetensors');
    const { weights } = await loadWeights(file);
    await truncate(file, 100);
    const session = train(data, { ...options, engine, folder: run, resume: true });
    session.learningRate = 1e-6;
    session.epochs = 3;
    await session.done;
    assert.deepEqual((await loadWeights(file)).weights, weights);
    const { learningRate, epochs } = JSON.parse(await readFile(join(run, 'options.json'), 'utf8'));
    assert.deepEqual([learningRate, epochs], [1e-6, 3]);
  },
);

test('stop() rejects where its checkpoint could not be written', async () => {
  const run = join(folder, 'unwritable');
  const session = train(data, {
    ...options,
    engine,
    folder: run,
    onEpoch: ({ epoch }) => void (epoch === 2 && mkdirSync(join(run, 'checkpoint.bin.next'))),
  });
  await new Promise<void>((resolve) =>
    session.subscribe((event) => void (event === 'epoch' && session.history.epochs.length === 2 && resolve())),
  );
  await assert.rejects(session.stop(), WriteError);
  assert.equal((await loadCheckpoint(run))!.epoch, 2);
});

test('options out of range are refused before anything runs or is written', async () => {
  const refused = (kind: new (...given: never[]) => Error, changes: object) =>
    assert.throws(() => train(data, { ...options, engine, ...changes }), kind, JSON.stringify(changes));
  for (const learningRate of [0, -1e-3, NaN, Infinity, [1e-3], [1e-3, 0]]) refused(OptionError, { learningRate });
  for (const changes of [
    { epochs: 0 },
    { epochs: NaN },
    { lossEvery: 0 },
    { batchSize: 17 },
    { seed: 0.5 },
    { momentum: 1 },
    { border: 6 },
    { checkpointMinutes: NaN },
    { checkpointMinutes: -1 },
    { resume: true },
  ])
    refused(OptionError, changes);
  for (const name of ['', '..', 'a\u0000b', 'what?']) refused(OptionError, { folder: name });
  refused(OptionError, { folder: `${folder}/..` });
  for (const changes of [
    { optimizer: 'newton' },
    { initialization: 'xavier' },
    { schedule: 'linear' },
    { network: '9-1-8' },
  ])
    refused(UnknownNameError, changes);
  assert.ok(!(await readdir(folder)).includes('what?'));
});

test('a session refuses, while it trains, a learning rate and a number of epochs that cannot be', async () => {
  const session = train(data, { ...options, engine, onEpoch: ({ epoch }) => void (epoch === 2 && check()) });
  const check = () => {
    for (const wrong of [0, -1, NaN, [1e-3]]) assert.throws(() => (session.learningRate = wrong), OptionError);
    for (const wrong of [0, 1, 2.5, NaN]) assert.throws(() => (session.epochs = wrong), OptionError);
  };
  assert.deepEqual((await session.done).model.weights, whole.model.weights);
});
