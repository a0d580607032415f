import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../src/errors';
import { cropScores } from '../../src/evaluation/cropScores';
import type { Image } from '../../src/image/image';
import { psnr } from '../../src/measures/psnr';

const [width, height] = [40, 30];
const picture = (error: (x: number) => number): Image => ({
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => 100 + (i % 7) + error(Math.floor(i / 3) % width)),
  width,
  height,
  channels: 3,
});
const truth = picture(() => 0);
const restored = { left: picture((x) => (x < 20 ? 10 : 0)), all: picture(() => 4) };

test('a part is compared with the same part of the truth, and the whole with the whole', () => {
  const rows = cropScores(truth, restored, { x: 0, y: 5, width: 20, height: 20 }, ['psnr', 'rmse']);
  assert.deepEqual(
    rows.map(({ part, picture: name, RMSE }) => [part, name, RMSE]),
    [
      ['20 x 20', 'left', 10],
      ['20 x 20', 'all', 4],
      ['whole', 'left', Math.sqrt(50)],
      ['whole', 'all', 4],
    ],
  );
  assert.equal(rows[2].PSNR, psnr(restored.left, truth));
});

test('a part outside of the picture is refused by name', () => {
  assert.throws(() => cropScores(truth, restored, { x: 30, y: 0, width: 20, height: 20 }), OptionError);
});
