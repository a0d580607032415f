import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { WriteError } from '../../src/errors';
import { readImage, writeImage } from '../../src/image/files';
import type { Image } from '../../src/image/image';
import { takeLock } from '../../src/disk/lock';
import { loadWeights, saveWeights } from '../../src/formats/weights';
import { loadCheckpoint } from '../../src/runs/checkpoint';
import { train } from '../../src/training/train';
import { noise } from '../training/toyPatches';
import { initialize } from '../../src/network/initialize';

const disk = mkdtempSync(join(tmpdir(), 'srcnn-disk-'));
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'srcnn-test', disk]).status === 0;
const skip = mounted ? false : 'a disk of 256 KB cannot be mounted here: that takes Linux and its superuser';

let engine: Engine;
before(async () => void (engine = await createWasmEngine({ threads: 1 })));
after(async () => {
  await engine.close();
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

/** Writes to the disk until nothing more fits; returns what makes room again. */
function fillDisk(): () => void {
  const filler = join(disk, 'filler');
  writeFileSync(filler, '');
  try {
    for (;;) appendFileSync(filler, Buffer.alloc(1024));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
  return () => rmSync(filler);
}

const data = { training: noise(16), validation: noise(4) };
const options = {
  epochs: 3,
  batchSize: 8,
  lossEvery: 1,
  network: chain([
    { filters: 4, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]),
} as const;
const picture = (value: number): Image => ({
  data: Uint8Array.from({ length: 64 * 64 }, (_, i) => (value * i * i) % 251),
  width: 64,
  height: 64,
  channels: 1,
});
const isWriteError = (file: string) => (error: Error) =>
  error instanceof WriteError && error.message.includes(file) && !error.message.includes('\n');

test(
  'a disk that fills up while training: the last checkpoint survives whole, the error names the file, and ' +
    'resume() goes on once there is room',
  { skip },
  async () => {
    const folder = join(disk, 'run');
    let makeRoom!: () => void;
    const session = train(data, {
      ...options,
      engine,
      folder,
      onEpoch: ({ epoch }) => void (epoch === 1 && (makeRoom = fillDisk())),
    });
    await assert.rejects(session.done, isWriteError(folder));
    assert.equal(session.state, 'failed');
    const kept = await loadCheckpoint(folder, (message) => assert.fail(message));
    assert.equal(kept!.epoch, 1);
    assert.deepEqual((await readdir(folder)).sort(), [
      'checkpoint.bin',
      'history.json',
      'options.json',
      'weights.safetensors',
    ]);
    assert.deepEqual((await loadWeights(join(folder, 'weights.safetensors'))).weights, kept!.best!.weights);
    makeRoom();
    session.resume();
    const { model, history } = await session.done;
    const whole = await train(data, { ...options, engine }).done;
    assert.deepEqual(model.weights, whole.model.weights);
    assert.deepEqual(history.losses, whole.history.losses);
    assert.deepEqual((await loadWeights(join(folder, 'weights.safetensors'))).weights, model.weights);
  },
);

test(
  'a full disk leaves an old picture and old weights as they were, and nothing half-written beside them',
  { skip },
  async () => {
    const image = join(disk, 'picture.png'),
      weights = join(disk, 'model.safetensors');
    await writeImage(image, picture(1));
    await saveWeights(weights, initialize(options.network));
    const before = [await readFile(image), await readFile(weights)];
    const makeRoom = fillDisk();
    await assert.rejects(writeImage(image, picture(2)), isWriteError(image));
    await assert.rejects(writeImage(join(disk, 'new.jpg'), picture(2)), isWriteError('new.jpg'));
    await assert.rejects(saveWeights(weights, initialize('9-5-5')), isWriteError(weights));
    assert.deepEqual([await readFile(image), await readFile(weights)], before);
    assert.deepEqual((await readdir(disk)).filter((name) => name !== 'run').sort(), [
      'filler',
      'model.safetensors',
      'picture.png',
    ]);
    makeRoom();
  },
);

test('a run cannot begin on a full disk, and leaves no lock there', { skip }, async () => {
  const makeRoom = fillDisk();
  const folder = join(disk, 'late');
  await assert.rejects(takeLock(folder, 'run.lock', 'trains there'), isWriteError(folder));
  makeRoom();
  assert.deepEqual(await readdir(folder), []);
});

test('a folder that cannot be made or written to is named', async () => {
  const file = join(disk, 'file.png');
  await writeImage(file, picture(1));
  const below = join(file, 'below');
  await assert.rejects(train(data, { ...options, engine, folder: below }).done, isWriteError(below));
  await assert.rejects(writeImage(join(file, 'picture.png'), picture(1)), isWriteError('picture.png'));
  await assert.rejects(
    saveWeights(join(file, 'model.safetensors'), initialize(options.network)),
    isWriteError('model.safetensors'),
  );
  assert.deepEqual((await readImage(file)).width, 64);
});

// Where no small disk can be mounted this still ends a write amid a file; Node ignores the signal that comes with it.
test(
  'a write that the system breaks off leaves the old checkpoint and nothing half-written',
  { skip: process.platform === 'win32' && 'Windows has no limit for the size of files' },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'srcnn-limit-'));
    try {
      const limited = (kilobytes: string, epochs: string) =>
        spawnSync(
          'bash',
          [
            '-c',
            `ulimit -f ${kilobytes} && exec "$0" "$@"`,
            process.execPath,
            join(__dirname, 'tinyRun.mjs'),
            folder,
            epochs,
          ],
          { encoding: 'utf8' },
        );
      assert.equal(limited('unlimited', '2').status, 0);
      const names = await readdir(folder);
      const { status, stderr } = limited('2', '40');
      assert.notEqual(status, 0);
      assert.match(stderr, /WriteError: .*(checkpoint\.bin|history\.json|weights\.safetensors)/);
      assert.match(stderr, /could not be written \(a file may not grow so large there/);
      assert.deepEqual(await readdir(folder), names);
      assert.equal((await loadCheckpoint(folder, (message) => assert.fail(message)))!.options.epochs, 2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
