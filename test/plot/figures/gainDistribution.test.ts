import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncomparableScoresError, OptionError } from '../../../src/errors';
import type { Figure } from '../../../src/plot/figure';
import { gainDistribution } from '../../../src/plot/figures/gainDistribution';
import { figureSvg } from '../../../src/plot/picture';
import { evaluationOf } from './evaluationOf';

const notes = (figure: Figure) => (figure.layout.annotations as { text: string }[]).map(({ text }) => text);
const boxes = (figure: Figure) => figure.data as { x: number[]; text: string[]; name: string }[];

test('every picture is a point, and the mean stands in words with its interval', async () => {
  const psnr = [
    [25, 25.5],
    [30, 32],
    [28, 27],
  ];
  const figure = gainDistribution({ mine: evaluationOf({ psnr }) });
  assert.deepEqual(boxes(figure)[0].x, [0.5, 2, -1]);
  assert.deepEqual(boxes(figure)[0].text, ['0.png: +0.50', '1.png: +2.00', '2.png: -1.00']);
  assert.match(notes(figure)[0], /<b>mine<\/b> {2}\+0\.50 dB, 95 % -1\.00 to 2\.00, better on 2 of 3/);
  const svg = await figureSvg(figure);
  for (const text of ['better on 2 of 3', 'gain (dB)']) assert.ok(svg.includes(text), text);
});

test('an error that falls is a gain above 0', () => {
  const rmse = [
    [9, 8],
    [7, 3],
    [4, 5],
  ];
  const figure = gainDistribution({ mine: evaluationOf({ rmse }) }, 'rmse');
  assert.deepEqual(boxes(figure)[0].x, [1, 4, -1]);
  assert.match(notes(figure)[0], /\+1\.333, 95 % -1\.000 to 4\.000, better on 2 of 3/);
});

test('infinite scores are left out, and what cannot be compared is refused', () => {
  const mine = evaluationOf({
    psnr: [
      [25, 26],
      [25, Infinity],
    ],
  });
  const figure = gainDistribution({ mine });
  assert.deepEqual(boxes(figure)[0].x, [1]);
  assert.match(JSON.stringify(figure.layout.title), /1 of 2 pictures/);
  assert.throws(() => gainDistribution({ mine, other: { ...mine, scale: 2 } }), IncomparableScoresError);
  assert.throws(() => gainDistribution({ mine: evaluationOf({ psnr: [[25, Infinity]] }) }), OptionError);
});
