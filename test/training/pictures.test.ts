// Runs whose validation or evaluation pictures are broken, too small or flat, or change while the run is stopped.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { DatasetError } from '../../src/errors';
import { evaluate } from '../../src/evaluation/evaluate';
import { loadWeights } from '../../src/formats/weights';
import { writeImage } from '../../src/image/files';
import { chain } from '../../src/network/families/srcnn';
import { loadCheckpoint } from '../../src/runs/checkpoint';
import { reached } from '../../src/runs/reached';
import { loadRun } from '../../src/runs/readRun';
import type { TrainSettings } from '../../src/training/settings';
import { train } from '../../src/training/train';
import { meanLoss } from '../../src/training/validate';
import { noise } from './toyPatches';

let engine: Engine, folder: string;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'srcnn-pictures-'));
  await picture('one.png', 40, (i) => 128 + 90 * Math.sin(i / 7));
  await picture('two.png', 40, (i) => 128 + 90 * Math.cos(i / 5));
  await picture('flat.png', 40, () => 90);
  await picture('tiny.png', 4, (i) => i);
  await writeFile(join(folder, 'broken.png'), 'no picture');
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

async function picture(name: string, side: number, value: (index: number) => number): Promise<void> {
  const data = Uint8Array.from({ length: side * side }, (_, i) => value(i));
  await writeImage(join(folder, name), { data, width: side, height: side, channels: 1 });
}

const inFolder = (...names: string[]) => names.map((name) => join(folder, name));
const data = (validation = noise(8), ...evaluation: string[]) => ({
  training: noise(16),
  validation,
  evaluation: inFolder(...evaluation),
});
const options = {
  epochs: 2,
  batchSize: 8,
  learningRate: 1e-3,
  schedule: 'constant',
  threads: 1,
  network: chain([
    { filters: 4, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]),
} satisfies TrainSettings;

function noted(): { notes: string[]; onNote: (message: string) => void } {
  const notes: string[] = [];
  return { notes, onNote: (message) => void notes.push(message) };
}

test('broken and too small evaluation pictures are named before the first batch, the others scored', async () => {
  const { notes, onNote } = noted();
  let before: string[] | undefined;
  const session = train(data(noise(4), 'broken.png', 'one.png', 'tiny.png', 'two.png'), {
    ...options,
    engine,
    onNote,
    onStep: () => (before ??= [...notes]),
  });
  const { history, model } = await session.done;
  assert.equal(before?.length, 2);
  assert.match(before[0], /evaluation picture .*broken\.png is left out: cannot read the image/);
  assert.match(before[1], /evaluation picture .*tiny\.png is left out: .*4x4 is smaller/);
  assert.equal(notes.length, 2, 'and not after each epoch');
  const { summary } = await evaluate(inFolder('one.png', 'two.png'), { protocol: 'report', scale: 3, model, engine });
  const best = reached(history);
  assert.deepEqual([best.bicubicPsnr, best.psnr], [summary.bicubic.psnr, summary.network!.psnr]);
});

test('where no evaluation picture can be scored, the run ends before its first batch', async () => {
  let steps = 0;
  const session = train(data(noise(4), 'broken.png', 'tiny.png'), { ...options, engine, onStep: () => void steps++ });
  await assert.rejects(
    session.done,
    (error: Error) => error instanceof DatasetError && /broken\.png.*; .*tiny\.png/.test(error.message),
  );
  assert.equal(steps, 0);
});

test('evaluation pictures that vanish while it trains are named, and no epoch is lost', async () => {
  await picture('passing.png', 40, (i) => i);
  const { notes, onNote } = noted();
  let steps = 0;
  const vanish = () => {
    if (++steps === 1) rmSync(join(folder, 'passing.png'));
  };
  const { history } = await train(data(noise(4), 'passing.png'), { ...options, engine, onNote, onStep: vanish }).done;
  assert.deepEqual(
    history.epochs.map(({ scores }) => scores),
    [null, null],
  );
  assert.ok(notes.length === 2 && /the epoch has no scores: .*passing\.png/.test(notes[0]), notes.join('\n'));
});

test('an infinite PSNR survives a stop and a resume, in the history, the checkpoint and the list of runs', async () => {
  const run = join(folder, 'flat');
  const { notes, onNote } = noted();
  const settings = { ...options, engine, folder: run, onNote };
  await train(data(noise(4), 'flat.png'), { ...settings, epochs: 1 }).done;
  assert.match(notes[0], /flat\.png as it was: this PSNR is infinite/);
  const { history } = await train(data(noise(4), 'flat.png'), { ...settings, resume: true }).done;
  const infinite = [Infinity, Infinity];
  const found = [history, (await loadRun(run)).history, (await loadCheckpoint(run))!.history];
  for (const { epochs } of found)
    assert.deepEqual(
      epochs.map(({ scores }) => scores!.bicubic.psnr),
      infinite,
    );
  assert.match(await readFile(join(run, 'history.json'), 'utf8'), /"psnr": "Infinity"/);
});

test(
  'a resumed run whose validation or evaluation pictures have changed says so and ' + 'scores its best anew',
  async () => {
    const other = noise(8, 80);
    for (const [name, changed, kinds] of [
      [
        'validation',
        data(other, 'one.png'),
        /pictures for validation \(8 patches.*; now 8 patches[^)]*\) have changed/,
      ],
      ['evaluation', data(noise(8), 'two.png'), /pictures for evaluation \(1 pictures.*; now 1 pictures[^)]*\) have/],
      ['unscored', data(noise(8)), /pictures for evaluation \(1 pictures.*; now no pictures\) have/],
      ['both', data(other, 'two.png'), /pictures for validation \(.*\) and evaluation \(.*\) have changed/],
    ] as const) {
      const run = join(folder, name);
      const { notes, onNote } = noted();
      const settings = { ...options, engine, folder: run, onNote };
      await train(data(noise(8), 'one.png'), settings).done;
      const kept = await loadWeights(join(run, 'weights.safetensors'));
      // So slow that no epoch is better than the best before.
      const session = train(changed, { ...settings, epochs: 3, resume: true });
      session.learningRate = 1e-12;
      const { history, best } = await session.done;
      assert.equal(notes.length, 1);
      assert.match(notes[0], kinds);
      const loss = await meanLoss(changed.validation, { ...kept, padding: 'zeros' }, engine, {
        batchSize: 8,
        border: 2,
        onBatch: () => undefined,
      });
      assert.equal(history.rescored!.after, 2);
      assert.equal(history.rescored!.record.validationLoss, loss);
      assert.ok(best.validationLoss <= loss);
      const scored = changed.evaluation.length
        ? (await evaluate(changed.evaluation, { protocol: 'report', scale: 3, model: kept, engine })).summary.network!
            .psnr
        : null;
      assert.equal(history.rescored!.record.scores?.network.psnr ?? null, scored);
      assert.equal(history.epochs.length, 3);
      assert.equal(reached(history).validationLoss, best.validationLoss);
      // It says so once: now the run knows the pictures.
      await train(changed, { ...settings, epochs: 4, resume: true }).done;
      assert.equal(notes.length, 1);
    }
  },
);

test('best weights of easy validation pictures are replaced once the pictures are harder', async () => {
  const run = join(folder, 'harder');
  const { onNote } = noted();
  const settings = { ...options, engine, folder: run, onNote };
  // Inputs of next to no contrast, so an answer of about 0; then inputs of so much that it overshoots at first.
  const first = await train(data(noise(8, 10)), settings).done;
  const second = await train(data(noise(8, 90)), { ...settings, epochs: 12, resume: true }).done;
  assert.ok(second.best.epoch > 2, `epoch ${second.best.epoch} is kept`);
  const least = Math.min(...second.history.epochs.slice(2).map(({ validationLoss }) => validationLoss));
  assert.equal(second.best.validationLoss, least);
  assert.ok(first.best.validationLoss < least, 'which the best before would have kept off');
});

test('pictures that were only moved are the same pictures', async () => {
  const run = join(folder, 'moved');
  const { notes, onNote } = noted();
  await train(data(noise(4), 'one.png'), { ...options, engine, folder: run, onNote, epochs: 1 }).done;
  await mkdir(join(folder, 'elsewhere'));
  await writeFile(join(folder, 'elsewhere', 'one.png'), await readFile(join(folder, 'one.png')));
  const settings = { ...options, engine, folder: run, onNote, resume: true };
  await train(data(noise(4), join('elsewhere', 'one.png')), settings).done;
  assert.deepEqual(notes, []);
  assert.ok((await readdir(run)).includes('checkpoint.bin'));
});
