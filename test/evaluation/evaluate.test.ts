import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { loadDataset } from '../../src/data/datasets';
import { DatasetError, OptionError, UnknownNameError } from '../../src/errors';
import { evaluate } from '../../src/evaluation/evaluate';
import { infiniteText } from '../../src/evaluation/meanScores';
import { scoresFromJson, scoresToJson } from '../../src/evaluation/scoreJson';
import { writeImage } from '../../src/image/files';
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
  'bicubic under the seed protocol scores as Pillow, scipy and scikit-image do, image by image',
  { skip },
  async () => {
    const expected = table('bicubic-seed-protocol.csv');
    const { rows } = await evaluate(expected.slice(0, 20).map(({ file }) => join(data!, 'eval219', file)));
    assert.equal(rows.length, 20);
    for (const [i, row] of rows.entries()) {
      assert.ok(
        Math.abs(row.psnr - Number(expected[i].psnr_rgb)) < 1e-6 &&
          Math.abs(row.ssim - Number(expected[i].ssim_rgb)) < 1e-6,
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
        Math.abs(row.psnr - Number(expected[i].psnr_y)) < 1e-4 &&
          Math.abs(row.ssim - Number(expected[i].ssim_y)) < 1e-6,
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
  assert.deepEqual(
    result.summary.map(({ method, images }) => [method, images]),
    [
      ['bicubic', 1],
      ['srcnn', 1],
    ],
  );
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
  const marked = one.rows.map((row) => ({ ...row, psnr: row.psnr + 100 }));
  const again = await evaluate(files, { model, bicubic: marked });
  assert.deepEqual(
    again.rows,
    one.rows.map((row, i) => (row.method === 'bicubic' ? marked[i] : row)),
  );
});

test('the mean PSNR is that of the pictures where it is finite, and says how many are left out', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'srcnn-flat-'));
  const flat = ['flat-1.png', 'flat-2.png'].map((name) => join(folder, name));
  for (const file of flat)
    await writeImage(file, { data: new Uint8Array(40 * 40).fill(90), width: 40, height: 40, channels: 1 });
  const { evaluation } = await loadDataset('sample');
  const [alone, mixed, equal] = [
    await evaluate(evaluation),
    await evaluate([flat[0], ...evaluation, flat[1]]),
    await evaluate(flat),
  ];
  await rm(folder, { recursive: true });
  const [{ psnr, ssim }] = alone.rows;
  assert.deepEqual(alone.summary, [{ method: 'bicubic', images: 1, psnr, ssim }]);
  assert.deepEqual(mixed.summary, [{ method: 'bicubic', images: 3, psnr, ssim: (1 + ssim + 1) / 3, infinite: 2 }]);
  assert.deepEqual(equal.summary, [{ method: 'bicubic', images: 2, psnr: Infinity, ssim: 1, infinite: 2 }]);
  assert.deepEqual(
    mixed.rows.map((row) => row.psnr),
    [Infinity, psnr, Infinity],
  );
  assert.deepEqual(scoresFromJson(scoresToJson(mixed, 2)), mixed);
  assert.match(scoresToJson({ psnr: Infinity, bicubicPsnr: null }), /^\{"psnr":"Infinity","bicubicPsnr":null\}$/);
  assert.equal((scoresFromJson('{"file": "Infinity"}') as { file: string }).file, 'Infinity');
  assert.equal(infiniteText(mixed.summary[0]), ', mean of 1, as 2 of 3 equal their originals');
  assert.equal(infiniteText(alone.summary[0]), '');
});

test('a network that gives NaN is refused by name for every picture, not scored', async () => {
  const { evaluation } = await loadDataset('sample');
  const ruined = initialize('9-1-5');
  ruined.weights.fill(1e38);
  await assert.rejects(
    evaluate(evaluation, { model: ruined }),
    (error: Error) => error instanceof DatasetError && /its weights are ruined; use others/.test(error.message),
  );
});

test('a scale or protocol that does not exist is refused by name', async () => {
  for (const scale of [0, 2.5]) await assert.rejects(evaluate(['x.png'], { scale }), OptionError);
  await assert.rejects(evaluate(['x.png'], { protocol: 'folklore' as 'seed' }), UnknownNameError);
});
