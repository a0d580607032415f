import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createEngine } from '../../src/engine/choose';
import { IncomparableScoresError, OptionError } from '../../src/errors';
import { errorMap } from '../../src/evaluation/errorMap';
import { evaluate } from '../../src/evaluation/evaluate';
import { evaluateModels } from '../../src/evaluation/evaluateModels';
import { differenceText, pairedDifference } from '../../src/evaluation/pairedDifference';
import { savePictures } from '../../src/evaluation/savePictures';
import type { SetScores } from '../../src/evaluation/setScores';
import { readImage, writeImage } from '../../src/image/files';
import { initialize } from '../../src/network/initialize';
import { scoresCsv, scoresLatex, scoresMarkdown } from '../../src/results/scoreTables';

let folder = '';
let files: string[] = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srcnn-models-'));
  files = await Promise.all(
    [1, 2, 3].map(async (seed) => {
      const file = join(folder, `${seed}.png`);
      const data = Uint8Array.from({ length: 3 * 48 * 40 }, (_, i) => (i * i * seed) % 256);
      await writeImage(file, { data, width: 48, height: 40, channels: 3 });
      return file;
    }),
  );
});
after(() => rm(folder, { recursive: true }));

test('several models on several sets have the scores that each has alone, bicubic once for a set', async () => {
  const models = { one: initialize('9-1-5', { seed: 1 }), two: initialize('9-1-5', { seed: 2 }) };
  const { scores, protocol, scale, sigma } = await evaluateModels({ a: files.slice(0, 2), b: files.slice(2) }, models);
  assert.deepEqual([protocol, scale, sigma], ['report', 3, 1]);
  assert.deepEqual(
    scores.filter(({ measure }) => measure.name === 'psnr').map(({ set, model }) => `${set} ${model}`),
    ['a bicubic', 'a one', 'a two', 'b bicubic', 'b one', 'b two'],
  );
  const alone = await evaluate(files.slice(0, 2), { model: models.two });
  const two = scores.find(({ set, model, measure }) => set === 'a' && model === 'two' && measure.name === 'psnr')!;
  assert.deepEqual(
    two.pictures.map(({ value }) => value),
    alone.rows.map(({ network }) => network!.psnr),
  );
  assert.equal(two.mean, alone.summary.network!.psnr);
});

test('models that were trained for two protocols are refused with both names, unless one is asked for', async () => {
  const trained = (protocol: string) => ({
    ...initialize('9-1-5'),
    trainedFor: { protocol, scale: 3, degradation: { sigma: 0 } },
  });
  const models = { mine: trained('paper'), theirs: trained('yjn870') };
  await assert.rejects(
    evaluateModels({ a: files }, models),
    (error: Error) =>
      error instanceof IncomparableScoresError &&
      /mine was trained for protocol paper x3, sigma 0, and theirs for yjn870 x3, sigma 0/.test(error.message),
  );
  assert.equal(
    (await evaluateModels({ a: files }, models, { protocol: 'paper', measures: ['psnr'] })).scores.length,
    3,
  );
});

const scoresOf = (model: string, values: number[], rest: Partial<SetScores> = {}): SetScores => ({
  model,
  protocol: 'paper',
  scale: 3,
  sigma: 0,
  set: 'set5',
  measure: { name: 'psnr', title: 'PSNR', unit: 'dB', better: 'higher', digits: 2 },
  pictures: values.map((value, i) => ({ file: `${i}.png`, value })),
  mean: values.reduce((sum, value) => sum + value, 0) / values.length,
  finite: values.length,
  ...rest,
});

test('a paired difference has its mean, an interval around it, and the worst pictures first', () => {
  const bicubic = scoresOf('bicubic', [30, 31, 32, 33, 28, 27, 26, 25]);
  const mine = scoresOf('mine', [30.5, 31.3, 32.6, 32.9, 28.4, 27.4, 26.5, 25.4]);
  const difference = pairedDifference(mine, bicubic);
  assert.ok(Math.abs(difference.mean - 0.375) < 1e-12);
  assert.deepEqual([difference.better, difference.of], [7, 8]);
  assert.equal(difference.pictures[0].file, '3.png');
  assert.equal(difference.pictures.at(-1)!.file, '2.png');
  // The standard error is 0.07: some 1.96 of it lie to each side.
  assert.ok(Math.abs(difference.low - 0.225) < 0.04 && Math.abs(difference.high - 0.5) < 0.04);
  assert.match(differenceText(difference, mine), /^\+0\.3[78] dB, 95 % 0\.2\d to 0\.\d\d, better on 7 of 8$/);
  assert.deepEqual(pairedDifference(mine, bicubic), difference);
});

test('where less is better, fewer counts as better and the largest increase is the worst', () => {
  const measure = { name: 'rmse', title: 'RMSE', unit: '', better: 'lower', digits: 3 } as const;
  const difference = pairedDifference(scoresOf('a', [1, 5], { measure }), scoresOf('b', [2, 3], { measure }));
  assert.equal(difference.better, 1);
  assert.equal(difference.pictures[0].file, '1.png');
});

test('infinite scores do not count, and where none is finite the difference is refused', () => {
  const some = pairedDifference(scoresOf('a', [Infinity, 31]), scoresOf('b', [30, 30]));
  assert.deepEqual([some.mean, some.of], [1, 1]);
  assert.throws(() => pairedDifference(scoresOf('a', [Infinity]), scoresOf('b', [30])), OptionError);
});

test('scores of another protocol, scale, blur, set, measure or other pictures are refused with both names', () => {
  const one = scoresOf('one', [30, 31]);
  const ssim = { ...one.measure, name: 'ssim' };
  for (const rest of [{ protocol: 'report' }, { scale: 2 }, { sigma: 1 }, { set: 'set14' }, { measure: ssim }])
    assert.throws(() => pairedDifference(one, scoresOf('other', [30, 31], rest)), /one has psnr .* and other has /);
  assert.throws(() => pairedDifference(one, scoresOf('other', [30])), IncomparableScoresError);
});

test('tables have a row for each set and model and the best of a set in bold', () => {
  const scores = [scoresOf('bicubic', [30, 31]), scoresOf('my_net', [30.5, 31.5]), scoresOf('x', [Infinity, 20])];
  scores[2] = { ...scores[2], mean: 20, finite: 1 };
  assert.match(scoresMarkdown(scores), /^Means over the pictures, protocol paper, x3, sigma 0\n/);
  assert.match(scoresMarkdown(scores), /\| set5 \| my_net \| \*\*31\.00\*\* \|\n\| set5 \| x \| 20\.00 \(1 of 2\) \|/);
  assert.match(scoresLatex(scores), /set5 & my\\_net & \\textbf\{31\.00\} \\\\/);
  assert.equal(scoresCsv(scores).split('\n')[3], 'set5,0.png,my_net,paper,3,0,psnr,30.500000');
});

test('a table of two protocols is refused with both names', () => {
  const scores = [scoresOf('mine', [30]), scoresOf('theirs', [30], { protocol: 'report', sigma: 1, set: 'set14' })];
  for (const write of [scoresMarkdown, scoresLatex])
    assert.throws(
      () => write(scores),
      /mine has scores of protocol paper x3, sigma 0, and theirs of protocol report x3/,
    );
});

test('an error map is white where pictures are equal and black from 32 levels', () => {
  const plane = (...values: number[]) => ({ data: Float32Array.from(values), width: values.length, height: 1 });
  assert.deepEqual([...errorMap(plane(9, 0, 100), plane(9, 16, 0)).data], [255, 128, 0]);
  assert.throws(() => errorMap(plane(1), plane(1, 2)), OptionError);
});

test('pictures are written in a folder of their name: original, bicubic, restored, and their error maps', async () => {
  const engine = await createEngine('wasm', { threads: 1 });
  const model = initialize('9-1-5');
  for (const protocol of ['paper', 'report', 'shrink=area,score=rgb'])
    await savePictures(files[0], join(folder, protocol), { mine: model }, { protocol, scale: 3, sigma: 0, engine });
  await engine.close();
  const written = ['bicubic-error.png', 'bicubic.png', 'mine-error.png', 'mine.png', 'original.png'];
  assert.deepEqual((await readdir(join(folder, 'paper', '1'))).sort(), written);
  const { width, height } = await readImage(join(folder, 'paper', '1', 'mine.png'));
  assert.deepEqual([width, height], [48, 39]);
});
