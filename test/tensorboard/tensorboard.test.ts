import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import type { PatchSet } from '../../src/data/patches';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { DivergedError, OptionError, WriteError } from '../../src/errors';
import { crc32c } from '../../src/tensorboard/eventFile';
import { followInTensorboard, tensorboardWriter } from '../../src/tensorboard/tensorboard';
import { train } from '../../src/training/train';
import { readByTensorboard, records, skip } from './readEvents';

let engine: Engine;
let folder: string;
before(async () => {
  engine = await createWasmEngine({ threads: 2 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-tensorboard-'));
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

/** A slope, and the same slope weaker. */
function slopes(count: number): PatchSet {
  const [width, height] = [40, 36];
  const slope = (gain: number) =>
    Uint8Array.from({ length: width * height }, (_, i) => 100 + gain * ((i % width) / width));
  return {
    pictures: [{ input: slope(40), target: slope(90), width, height }],
    picture: new Uint32Array(count),
    x: Uint16Array.from({ length: count }, (_, i) => i % 20),
    y: Uint16Array.from({ length: count }, (_, i) => i % 20),
    size: 12,
    count,
    scale: 3,
    protocol: 'report',
    sigma: 1,
    reads: 'enlarged',
  };
}
const data = { training: slopes(32), validation: slopes(4) };
const settings = {
  epochs: 3,
  batchSize: 8,
  lossEvery: 1,
  network: chain([
    { filters: 4, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]),
} as const;

async function eventFiles(run: string): Promise<string[]> {
  return (await readdir(join(run, 'tensorboard'))).sort().map((name) => join(run, 'tensorboard', name));
}

/** Scalars are kept as float32. */
const singles = (points: [number, number][]) => points.map(([step, value]) => [step, Math.fround(value)]);

const greyPng = (width: number, height: number) =>
  sharp(Buffer.alloc(width * height, 77), { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();

test('the CRC is that of RFC 3720, appendix B.4', () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(crc32c(ascending), 0x46dd794e);
  assert.equal(crc32c(ascending.slice().reverse()), 0x113fdb5c);
});

test('records are framed with lengths and checksums, and hold the bytes that protocol buffers ask for', async () => {
  const run = join(folder, 'framed');
  const writer = tensorboardWriter(run);
  writer.scalar('loss', 300, 0.5);
  writer.close();
  assert.match(basename(writer.file), /^events\.out\.tfevents\.\d{10}\./);
  assert.equal(dirname(writer.file), join(run, 'tensorboard'));
  const [version, start, scalar] = await records(writer.file);
  // Event.wall_time (field 1, double) and step (field 2), then file_version (field 3) or summary (field 5).
  assert.equal(version.subarray(9).toString('latin1'), '\x10\x00\x1a\rbrain.Event:2');
  // session_log (field 7) with status START.
  assert.equal(start.subarray(9).toString('hex'), '1000' + '3a02' + '0801');
  assert.ok(Math.abs(scalar.readDoubleLE(1) - Date.now() / 1000) < 60);
  assert.equal(scalar.subarray(9).toString('hex'), '10ac02' + '2a0d' + '0a0b' + '0a046c6f7373' + '150000003f');
});

test('TensorBoard reads scalars and pictures as they were written', { skip }, async () => {
  const run = join(folder, 'written');
  const png = await greyPng(7, 5);
  const writer = tensorboardWriter(run);
  const points: [number, number][] = [
    [0, 1],
    [127, 0.1],
    [128, 1e-9],
    [2 ** 40, -3],
  ];
  for (const [step, value] of points) writer.scalar('größe', step, value);
  writer.image('picture', 3, png, 7, 5);
  writer.close();
  const { scalars, images } = readByTensorboard(run);
  assert.deepEqual(scalars, { größe: singles(points) });
  assert.deepEqual(images, { picture: [{ step: 3, width: 7, height: 5, png: png.toString('base64') }] });
});

test(
  'TensorBoard shows the course of a run and its sample pictures, and of a resumed run every step once',
  { skip },
  async () => {
    const run = join(folder, 'followed');
    const first = train(data, {
      ...settings,
      engine,
      folder: run,
      onStep: ({ epoch, batch }) => void (epoch === 2 && batch === 2 && first.stop()),
    });
    const endFirst = followInTensorboard(first, run, { samples: data.validation });
    await first.done;
    await endFirst();
    // As after a kill: steps 7 and 8 were written, but not kept by any checkpoint.
    const lost = tensorboardWriter(run);
    for (const step of [7, 8]) lost.scalar('loss', step, 99);
    lost.close();
    const second = train(data, { ...settings, engine, folder: run, resume: true });
    const endSecond = followInTensorboard(second, run, { samples: data.validation });
    const { history } = await second.done;
    await endSecond();
    assert.equal((await eventFiles(run)).length, 3);
    const { scalars, served, images } = readByTensorboard(run);
    assert.equal(history.losses.length, 12);
    assert.deepEqual(served, scalars);
    assert.deepEqual(scalars.loss, singles(history.losses.map(({ step, loss }) => [step, loss])));
    assert.deepEqual(
      scalars.validationLoss,
      singles(history.epochs.map(({ epoch, validationLoss }) => [epoch, validationLoss])),
    );
    assert.deepEqual(
      scalars.learningRate,
      singles(history.epochs.map(({ epoch, learningRate }) => [epoch, learningRate])),
    );
    assert.deepEqual(
      Object.keys(scalars).sort(),
      ['learningRate', 'loss', 'validationLoss'],
      'no scores without evaluation images',
    );
    const [strips] = Object.values(images);
    assert.deepEqual(
      strips.map(({ step, width, height }) => [step, width, height]),
      [
        [1, 120, 36],
        [2, 120, 36],
        [3, 120, 36],
      ],
    );
    const { data: pixels, info } = await sharp(Buffer.from(strips[2].png, 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { input, target } = data.validation.pictures[0];
    const at = (x: number, y: number) => pixels[(y * 120 + x) * info.channels];
    assert.deepEqual([at(0, 0), at(39, 20), at(119, 35)], [input[0], input[20 * 40 + 39], target[35 * 40 + 39]]);
  },
);

test('of a run that diverged and fell back to its checkpoint TensorBoard shows every step once', { skip }, async () => {
  const run = join(folder, 'fallen');
  const session = train(data, {
    ...settings,
    engine,
    folder: run,
    onEpoch: ({ epoch }) => void (epoch === 1 && (session.learningRate = 1e30)),
  });
  const end = followInTensorboard(session, run);
  await assert.rejects(session.done, DivergedError);
  session.learningRate = 1e-3;
  session.resume();
  const { history } = await session.done;
  await end();
  const { scalars } = readByTensorboard(run);
  assert.deepEqual(scalars.loss, singles(history.losses.map(({ step, loss }) => [step, loss])));
  assert.deepEqual(
    scalars.validationLoss,
    singles(history.epochs.map(({ epoch, validationLoss }) => [epoch, validationLoss])),
  );
});

test('scores are written where there are any, and a session that nobody followed before is written whole', async () => {
  const run = join(folder, 'late');
  const picture = join(folder, 'picture.png');
  await writeFile(
    picture,
    await sharp(Buffer.from(data.validation.pictures[0].target), { raw: { width: 40, height: 36, channels: 1 } })
      .png()
      .toBuffer(),
  );
  const scored = { ...data, evaluation: [picture] };
  let end = async () => undefined as void;
  const session = train(scored, {
    ...settings,
    engine,
    folder: run,
    onEpoch: ({ epoch }) => {
      if (epoch === 2) end = followInTensorboard(session, run);
    },
  });
  const { history } = await session.done;
  await end();
  const [file] = await eventFiles(run);
  const text = (await records(file)).map((record) => record.toString('latin1'));
  const count = (tag: string) =>
    text.filter((record) => record.includes(`${String.fromCharCode(tag.length)}${tag}\x15`)).length;
  assert.deepEqual(
    ['loss', 'validationLoss', 'psnr', 'ssim', 'bicubicPsnr', 'bicubicSsim', 'learningRate'].map(count),
    [history.losses.length, 3, 3, 3, 3, 3, 3],
  );
});

test('a file that cannot be written ends the following, not the training', async () => {
  const run = join(folder, 'blocked');
  await mkdir(run);
  await writeFile(join(run, 'tensorboard'), 'a file where the folder should be');
  const notes: string[] = [];
  const session = train(data, { ...settings, engine, folder: run });
  followInTensorboard(session, run, { onNote: (message) => void notes.push(message) });
  const { history } = await session.done;
  assert.equal(history.epochs.length, 3);
  assert.equal(notes.length, 1);
  assert.match(notes[0], /tensorboard: no event file can be written there/);
  assert.throws(() => tensorboardWriter(run), WriteError);
});

test('steps that are not whole numbers, and a closed writer, are refused', () => {
  const writer = tensorboardWriter(join(folder, 'steps'));
  for (const step of [-1, 0.5, NaN]) assert.throws(() => writer.scalar('loss', step, 1), OptionError);
  writer.close();
  assert.throws(() => writer.scalar('loss', 1, 1), OptionError);
});
