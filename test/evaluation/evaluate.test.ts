import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { loadDataset } from '../../src/data/datasets';
import { DatasetError, EngineError, OptionError, UnknownNameError } from '../../src/errors';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { evaluate } from '../../src/evaluation/evaluate';
import { scoresFromJson, scoresToJson } from '../../src/evaluation/scoreJson';
import { writeImage } from '../../src/image/files';
import type { Measure } from '../../src/measures/measure';
import { measureOf } from '../../src/measures/measures';
import { protocolOf } from '../../src/protocols/protocols';
import { initialize } from '../../src/network/initialize';

const { SRCNN_DATA_DIR: data, SRCNN_REFERENCE_DIR: reference } = process.env;
const skip = data && reference ? false : 'SRCNN_DATA_DIR or SRCNN_REFERENCE_DIR is not set';

function table(name: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(join(reference!, name), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return lines.map((line) => Object.fromEntries(head.map((column, i) => [column, line[i]])));
}

test(
  'bicubic under the report protocol scores as Pillow, scipy and scikit-image do, image by image',
  { skip },
  async () => {
    const expected = table('bicubic-seed-protocol.csv');
    const { rows } = await evaluate(expected.slice(0, 20).map(({ file }) => join(data!, 'eval219', file)));
    assert.equal(rows.length, 20);
    for (const [i, row] of rows.entries()) {
      assert.ok(
        Math.abs(row.bicubic.psnr - Number(expected[i].psnr_rgb)) < 1e-6 &&
          Math.abs(row.bicubic.ssim - Number(expected[i].ssim_rgb)) < 1e-6,
        row.file,
      );
    }
  },
);

for (const [set, scale] of [
  ['Set5', 2],
  ['Set5', 3],
  ['Set5', 4],
  ['Set14', 3],
] as const) {
  test(`bicubic under the paper protocol scores as the reference on ${set} x${scale}`, { skip }, async () => {
    const expected = table('bicubic-paper-protocol.csv').filter(
      (row) => row.set === set && Number(row.scale) === scale,
    );
    const { rows } = await evaluate(
      expected.map(({ file }) => join(data!, set, `image_SRF_${scale}`, file)),
      { protocol: 'paper', scale },
    );
    for (const [i, row] of rows.entries()) {
      assert.ok(
        Math.abs(row.bicubic.psnr - Number(expected[i].psnr_y)) < 1e-4 &&
          Math.abs(row.bicubic.ssim - Number(expected[i].ssim_y)) < 1e-6,
        row.file,
      );
    }
    assert.equal(rows.length, expected.length);
  });
}

test('one bad image is listed and the others are scored, for bicubic and the model', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'srcnn-evaluate-'));
  const bad = join(folder, 'bad.png');
  await writeFile(bad, 'no picture');
  const { evaluation } = await loadDataset('sample');
  const result = await evaluate([bad, ...evaluation], { model: initialize('9-1-7') });
  await assert.rejects(evaluate([bad]), DatasetError);
  await rm(folder, { recursive: true });
  assert.deepEqual(
    result.skipped.map(({ file }) => basename(file)),
    ['bad.png'],
  );
  assert.equal(result.summary.images, 1);
  assert.deepEqual(Object.keys(result.rows[0]), ['file', 'bicubic', 'network']);
});

test('rows do not depend on the threads, and bicubic is taken over from an earlier evaluation', async () => {
  const { training } = await loadDataset('sample');
  const files = training.slice(0, 3),
    model = initialize('9-1-7');
  const progress: number[] = [];
  const [one, two] = [
    await evaluate(files, { model, threads: 1 }),
    await evaluate(files, { model, threads: 2, onProgress: (done) => progress.push(done) }),
  ];
  assert.deepEqual(two, one);
  assert.deepEqual(progress, [1, 2, 3]);
  const marked = one.rows.map((row) => ({ ...row, bicubic: { psnr: row.bicubic.psnr + 100, ssim: 0 } }));
  const again = await evaluate(files, { model, bicubic: marked });
  assert.deepEqual(
    again.rows,
    one.rows.map((row, i) => ({ ...row, bicubic: marked[i].bicubic })),
  );
});

test('a network that gives NaN is refused by name for every picture, not scored', async () => {
  const { evaluation } = await loadDataset('sample');
  const ruined = initialize('9-1-5');
  ruined.weights.fill(1e38);
  await assert.rejects(
    evaluate(evaluation, { model: ruined }),
    (error: Error) => error instanceof DatasetError && /its weights are useless; use others/.test(error.message),
  );
});

test('a scale or protocol that does not exist is refused by name', async () => {
  for (const scale of [0, 2.5]) await assert.rejects(evaluate(['x.png'], { scale }), OptionError);
  await assert.rejects(evaluate(['x.png'], { protocol: 'folklore' }), UnknownNameError);
});

test('a measure of colours is refused, before anything is read, under a protocol that compares luminance', async () => {
  const refused = /^SAM compares colours, and the protocol paper compares luminance; .*report, keras/;
  const options = { protocol: 'paper', measures: ['psnr', 'sam'] };
  await assert.rejects(
    evaluate(['nowhere.png'], options),
    (error) => error instanceof OptionError && refused.test(error.message),
  );
  const inColour = { protocol: 'shrink=matlab,score=rgb', measures: ['sam', 'ergas'] };
  await assert.rejects(evaluate(['nowhere.png'], inColour), /nowhere\.png/);
});

test(
  'a picture that bicubic gives back as it was has an infinite PSNR, which is left out ' + 'of the mean and counted',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'srcnn-flat-'));
    const flat = join(folder, 'flat.png');
    await writeImage(flat, { data: new Uint8Array(30 * 30).fill(90), width: 30, height: 30, channels: 1 });
    const { evaluation } = await loadDataset('sample');
    const both = await evaluate([flat, ...evaluation]);
    const [alone, only] = [await evaluate(evaluation), await evaluate([flat])];
    await rm(folder, { recursive: true });
    assert.equal(both.rows[0].bicubic.psnr, Infinity);
    assert.equal(both.summary.bicubic.psnr, alone.summary.bicubic.psnr);
    assert.deepEqual([both.summary.images, both.summary.finite.psnr, both.summary.finite.ssim], [2, 1, 2]);
    assert.equal(only.summary.bicubic.psnr, Infinity);
    assert.deepEqual(scoresFromJson(scoresToJson(both, 2)), both);
    assert.match(scoresToJson({ psnr: Infinity, bicubicPsnr: null }), /^\{"psnr":"Infinity","bicubicPsnr":null\}$/);
    assert.equal((scoresFromJson('{"file": "Infinity"}') as { file: string }).file, 'Infinity');
  },
);

test("a measure and a protocol of one's own score beside the known ones", async () => {
  const { evaluation } = await loadDataset('sample');
  const largest: Measure = {
    ...measureOf('rmse'),
    name: 'largest',
    compare: ({ data }, truth) =>
      Array.from(data).reduce((most, value, i) => Math.max(most, Math.abs(value - truth.data[i])), 0),
  };
  const known = await evaluate(evaluation, { protocol: 'paper' });
  const own = await evaluate(evaluation, {
    protocol: { ...protocolOf('paper'), name: 'mine' },
    measures: ['psnr', largest],
  });
  assert.equal(own.protocol, 'mine');
  assert.equal(own.rows[0].bicubic.psnr, known.rows[0].bicubic.psnr);
  assert.ok(own.rows[0].bicubic.largest > 10 && own.rows[0].bicubic.largest < 256);
});

test('an engine that fails ends the evaluation: no picture is left out of the mean for it', async () => {
  const { evaluation, validation } = await loadDataset('sample');
  const engine = await createWasmEngine({ threads: 1 });
  await engine.close();
  await assert.rejects(evaluate([...evaluation, ...validation], { model: initialize('9-1-5'), engine }), EngineError);
});

test('a reason that holds for all pictures is said once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'srcnn-reasons-'));
  try {
    const files = ['a', 'b', 'c'].map((name) => join(folder, `${name}.png`));
    const data = new Uint8Array(3 * 40 * 40).fill(90);
    for (const file of files) await writeImage(file, { data, width: 40, height: 40, channels: 3 });
    await assert.rejects(
      evaluate(files, { protocol: 'paper', measures: ['msssim'], threads: 1 }),
      (error: Error) =>
        error instanceof DatasetError &&
        /a\.png and 2 more: MS-SSIM needs pictures of at least 161x161 [^:]*$/.test(error.message),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
