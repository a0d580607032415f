import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncomparableScoresError } from '../../../src/errors';
import type { SetScores } from '../../../src/evaluation/setScores';
import { measureOf } from '../../../src/measures/measures';
import { NoNotebookError } from '../../../src/plot/notebook/show';
import { scoreTable, showScores } from '../../../src/plot/notebook/showScores';
import { tableHtml } from '../../../src/plot/notebook/table';

const score = (set: string, model: string, measure: string, mean: number): SetScores => ({
  set,
  model,
  mean,
  protocol: 'paper',
  scale: 3,
  sigma: 0,
  measure: measureOf(measure),
  pictures: [{ file: 'a', value: mean }],
  finite: 1,
});

const scores = [
  score('set5', 'bicubic', 'psnr', 30.391),
  score('set5', 'mine', 'psnr', 32.599),
  score('set5', 'bicubic', 'rmse', 9.1),
  score('set5', 'mine', 'rmse', 7.02),
  score('set14', 'bicubic', 'psnr', 27.54),
  score('set14', 'mine', 'psnr', 26),
];

test('scores are a row for each set and model, with the digits of each measure and the best of a set in bold', () => {
  const { rows, options } = scoreTable(scores);
  assert.deepEqual(
    rows.map(({ set, model }) => `${set} ${model}`),
    ['set5 bicubic', 'set5 mine', 'set14 bicubic', 'set14 mine'],
  );
  const html = tableHtml(rows, options);
  const bold = [...html.matchAll(/<b>(.*?)<\/b>/g)].map(([, text]) => text);
  assert.deepEqual(bold, ['32.60', (7.02).toFixed(measureOf('rmse').digits), '27.54']);
  assert.match(html, /PSNR, dB/);
});

test('scores of two protocols or scales do not stand in one table', () => {
  for (const rest of [{ protocol: 'report' }, { scale: 2 }, { sigma: 1 }])
    assert.throws(
      () => scoreTable([...scores, { ...scores[1], set: 'bsd100', model: 'theirs', ...rest }]),
      (error: Error) =>
        error instanceof IncomparableScoresError &&
        /bicubic has scores of protocol paper x3, sigma 0, and theirs of protocol/.test(error.message),
    );
});

test('outside of a notebook there is nowhere to show them', () => {
  assert.throws(() => showScores({ scores }), NoNotebookError);
});
