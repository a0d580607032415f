import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../../src/errors';
import { measureScatter } from '../../../src/plot/figures/measureScatter';
import { figureSvg } from '../../../src/plot/picture';
import { evaluationOf } from './evaluationOf';

const mine = evaluationOf({
  psnr: [
    [25, 26],
    [30, 32],
    [25, Infinity],
  ],
  ssim: [
    [0.7, 0.75],
    [0.8, 0.85],
    [0.9, 1],
  ],
  rmse: [
    [9, 8],
    [7, 6],
    [5, 0],
  ],
});

test('each picture with finite scores is a point of bicubic and of the network, with their means', async () => {
  const figure = measureScatter({ mine });
  assert.deepEqual(
    figure.data.map(({ name, x, y }) => [name, x, y]),
    [
      ['bicubic', [25, 30], [0.7, 0.8]],
      ['mine', [26, 32], [0.75, 0.85]],
      ['mean of bicubic', [27.5], [0.75]],
      ['mean of mine', [29], [0.8]],
    ],
  );
  assert.match(JSON.stringify(figure.layout.title), /2 of 3 pictures/);
  const svg = await figureSvg(figure);
  for (const text of ['PSNR (dB), higher is better', 'SSIM against PSNR']) assert.ok(svg.includes(text), text);
});

test('an axis says which way is better', () => {
  const { layout } = measureScatter({ mine }, 'rmse', 'ssim');
  const title = (axis: string) => (layout[axis] as { title: { text: string } }).title.text;
  assert.deepEqual([title('xaxis'), title('yaxis')], ['RMSE, lower is better', 'SSIM, higher is better']);
});

test('a measure that was not computed, or is infinite on all pictures, is refused', () => {
  assert.throws(() => measureScatter({ mine }, 'psnr', 'ifc'), /mine has no scores by ifc/);
  const perfect = evaluationOf({ psnr: [[25, Infinity]], ssim: [[0.7, 1]] });
  assert.throws(() => measureScatter({ perfect }), OptionError);
});
