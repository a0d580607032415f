import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CheckpointError } from '../../src/errors';
import { loadCheckpoint, readCheckpoint, writeCheckpoint } from '../../src/runs/checkpoint';
import { train } from '../../src/training/train';
import { copyOfRun, data, engine, folder, options, whole } from './stoppedRun';

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
    `a checkpoint ${how} is refused by name; the one before it is used, and the run ends ` + 'as it would have',
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
        'the good one is not overwritten by the damaged one',
      );
    },
  );
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test may put any wrong value into a header
type Header = Record<string, any>;

/** A checkpoint with a changed header, and the digest that is right for it. */
function withHeader(bytes: Buffer, change: (header: Header) => void, floats = 0): Buffer {
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

const wrong: [string, RegExp, (header: Header) => void, number?][] = [
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
    const damaged: string[] = [];
    assert.ok(await loadCheckpoint(run, (message) => void damaged.push(message)));
    assert.equal(damaged.length, 1);
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
