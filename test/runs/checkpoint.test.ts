import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { CheckpointError, DivergedError, OptionError, UnknownNameError, WriteError } from '../../src/errors';
import { loadWeights } from '../../src/formats/weights';
import { loadCheckpoint, readCheckpoint, writeCheckpoint } from '../../src/runs/checkpoint';
import { train } from '../../src/training/train';
import { noise } from '../training/toyPatches';
import type { TrainResult, TrainSettings } from '../../src/training/settings';

let engine: Engine, folder: string, whole: TrainResult;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-checkpoint-'));
  whole = await train(data, { ...options, engine }).done;
  const first = train(data, {
    ...options,
    engine,
    folder: join(folder, 'run'),
    onEpoch: ({ epoch }) => void (epoch === 3 && first.stop()),
  });
  await first.done;
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const data = { training: noise(16), validation: noise(4) };
const options = {
  epochs: 4,
  batchSize: 8,
  learningRate: 1e-3,
  lossEvery: 1,
  network: chain([
    { filters: 4, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]),
} satisfies TrainSettings;

/** A copy of the run that was stopped after three of its four epochs, to be spoilt. */
async function copyOfRun(name: string): Promise<string> {
  await cp(join(folder, 'run'), join(folder, name), { recursive: true });
  return join(folder, name);
}

const flip = (bytes: Buffer, at: number) => Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 4 : byte)));
const spoilt: Record<string, (bytes: Buffer) => Buffer> = {
  'cut in its header': (bytes) => bytes.subarray(0, 100),
  'cut in its last byte': (bytes) => bytes.subarray(0, -1),
  empty: () => Buffer.alloc(0),
  'with a bit flipped in its header': (bytes) => flip(bytes, 60),
  'with a bit flipped in its weights': (bytes) => flip(bytes, bytes.length - 500),
  'with a bit flipped in its digest': (bytes) => flip(bytes, bytes.length - 3),
  'of zeros, as after a power cut': (bytes) => Buffer.alloc(bytes.length),
  'of another program': () => Buffer.from('PK\u0003\u0004 archive/data.pkl '.repeat(40)),
};

for (const [how, spoil] of Object.entries(spoilt)) {
  test(
    `a checkpoint ${how} is refused by name; the one before it is used, and the run ends as it would ` + 'have',
    async () => {
      const run = await copyOfRun(how.replace(/\W+/g, '-'));
      const file = join(run, 'checkpoint.bin');
      await writeFile(file, spoil(await readFile(file)));
      const notes: string[] = [];
      const { model, history } = await train(data, {
        ...options,
        engine,
        folder: run,
        resume: true,
        onNote: (message) => void notes.push(message),
      }).done;
      assert.equal(notes.length, 1);
      assert.ok(
        notes[0].startsWith(`${file}: not a whole checkpoint`) && notes[0].endsWith('The checkpoint before it is used'),
        notes[0],
      );
      assert.deepEqual(model.weights, whole.model.weights);
      assert.deepEqual(history.losses, whole.history.losses);
      assert.equal(
        (await readCheckpoint(join(run, 'checkpoint.previous.bin'))).epoch,
        3,
        'the whole one is not overwritten by the torn one',
      );
    },
  );
}

/** A checkpoint whose header is changed so, with a digest that is right for it. */
function withHeader(bytes: Buffer, change: (header: Record<string, any>) => void, floats = 0): Buffer {
  const start = bytes.indexOf(10) + 1;
  const end = bytes.indexOf(10, start);
  const header = JSON.parse(bytes.subarray(start, end).toString());
  change(header);
  const arrays = bytes.subarray(end, floats < 0 ? -32 + 4 * floats : -32);
  const body = [
    bytes.subarray(0, start),
    Buffer.from(JSON.stringify(header)),
    arrays,
    Buffer.alloc(Math.max(0, 4 * floats)),
  ];
  const whole = Buffer.concat(body);
  return Buffer.concat([whole, createHash('sha256').update(whole).digest()]);
}

const wrong: [string, RegExp, (header: Record<string, any>) => void, number?][] = [
  ['fewer weights', /has 30 weights|arrays have/, (header) => void (header.length -= 1)],
  ['fewer weights, and the floats for them', /weights, not the/, (header) => void (header.length -= 1), -2],
  ['a length that is no number', /length is null/, (header) => void (header.length = null)],
  ['a negative length', /length is -1/, (header) => void (header.length = -1)],
  ['moments that are no list', /moments is 3/, (header) => void (header.moments = 3)],
  ['a moment moved to another', /optimizer has arrays of/, ({ moments }) => void (moments[0]++, moments[1]--)],
  ['floats left over', /arrays have \d+ values, not \d+/, () => undefined, 2],
  ['no history', /content is not a history/, (header) => void delete header.history],
  ['epochs 1, 3', /epoch 2 is numbered 3/, ({ history }) => void (history.epochs[1].epoch = 3)],
  ['a history of fewer epochs', /history has 2 epochs, not 3/, ({ history }) => void history.epochs.pop()],
  ['no random state', /random is null/, (header) => void (header.random = null)],
  ['a best that is none', /best is true/, (header) => void (header.best = true)],
  ['no options', /not a set of options/, (header) => void (header.options = [])],
  ['a network that is none', /network is not one/, ({ options: of }) => void (of.network = { layers: [null] })],
  ['another optimizer', /unknown optimizer "newton"/, ({ options: of }) => void (of.optimizer = 'newton')],
  ['a rate of 0', /learningRate is 0/, (header) => void (header.learningRate = 0)],
];

for (const [how, reason, change, floats] of wrong) {
  test(`a checkpoint with a right digest but ${how} is refused by name, and the one before it is used`, async () => {
    const run = await copyOfRun(`wrong-${how.replace(/\W+/g, '-')}`);
    const file = join(run, 'checkpoint.bin');
    await writeFile(file, withHeader(await readFile(file), change, floats));
    await assert.rejects(
      readCheckpoint(file),
      (error: Error) =>
        error instanceof CheckpointError &&
        error.message.startsWith(`${file}: not a whole checkpoint: `) &&
        reason.test(error.message),
      String(reason),
    );
    const torn: string[] = [];
    assert.ok(await loadCheckpoint(run, (message) => void torn.push(message)));
    assert.equal(torn.length, 1);
  });
}

test('a checkpoint of ruined weights is refused by name, and the one before it is used', async () => {
  const run = await copyOfRun('ruined');
  const checkpoint = (await loadCheckpoint(run))!;
  for (const spoil of [checkpoint.weights, checkpoint.optimizer.moments[1]]) {
    const before = spoil[3];
    spoil[3] = NaN;
    await writeCheckpoint(join(run, 'checkpoint.bin'), checkpoint);
    await assert.rejects(readCheckpoint(join(run, 'checkpoint.bin')), /hold the value NaN; delete it to start again/);
    spoil[3] = before;
  }
  const { model } = await train(data, { ...options, engine, folder: run, resume: true, onNote: () => undefined }).done;
  assert.deepEqual(model.weights, whole.model.weights);
});

test('a checkpoint of another version is said to be one', async () => {
  const file = join(await copyOfRun('version'), 'checkpoint.bin');
  const bytes = await readFile(file);
  bytes.write('2', bytes.indexOf('\n') - 1);
  await writeFile(file, bytes);
  await assert.rejects(
    readCheckpoint(file),
    (error: Error) =>
      error instanceof CheckpointError && error.message.startsWith(`${file}: written by another version`),
  );
});

test('without one whole checkpoint the run is refused by name, and nothing is trained over it', async () => {
  const run = await copyOfRun('both');
  for (const name of ['checkpoint.bin', 'checkpoint.previous.bin']) await writeFile(join(run, name), 'torn');
  const before = await readFile(join(run, 'history.json'));
  await assert.rejects(
    train(data, { ...options, engine, folder: run, resume: true, onNote: (message) => assert.fail(message) }).done,
    (error: Error) =>
      error instanceof CheckpointError &&
      error.message.includes(join(run, 'checkpoint.bin')) &&
      /delete it to start again/.test(error.message),
  );
  assert.deepEqual(await readFile(join(run, 'history.json')), before);
});

test('a process killed between the two renames of a checkpoint leaves the one before it, which is used', async () => {
  const run = await copyOfRun('renaming');
  await rm(join(run, 'checkpoint.bin'));
  await writeFile(join(run, 'checkpoint.bin.next'), 'whatever was under way');
  await writeFile(join(run, 'history.json.123.tmp'), '{');
  const { model } = await train(data, {
    ...options,
    engine,
    folder: run,
    resume: true,
    onNote: (message) => assert.fail(message),
  }).done;
  assert.deepEqual(model.weights, whole.model.weights);
  assert.deepEqual((await readdir(run)).sort(), [
    'checkpoint.bin',
    'checkpoint.previous.bin',
    'history.json',
    'options.json',
    'weights.safetensors',
  ]);
});

test('a history that lags behind the checkpoint is written anew, also when nothing is left to train', async () => {
  const run = join(folder, 'lagging');
  await train(data, { ...options, engine, folder: run }).done;
  const written = await readFile(join(run, 'history.json'), 'utf8');
  await writeFile(join(run, 'history.json'), '{"losses": [], "epochs": []}');
  await train(data, { ...options, engine, folder: run, resume: true }).done;
  assert.equal(await readFile(join(run, 'history.json'), 'utf8'), written);
});

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

test('a run that diverged goes on from its last checkpoint once the learning rate is lowered', async () => {
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

test('a validation loss that is no number ends the run, and is never the best', async () => {
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
        error instanceof CheckpointError && /without its checkpoint/.test(error.message) && error.message.includes(run),
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
