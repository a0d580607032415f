import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../src/errors';
import type { Photograph } from '../../src/image/photograph';
import { fillTransparent, layOn, parseColor } from '../../src/image/transparency';

/** A line of pixels of one channel. */
const line = (data: number[], alpha: number[]): Photograph => ({
  data: Uint8Array.from(data),
  alpha: Uint8Array.from(alpha),
  width: data.length,
  height: 1,
  channels: 1,
});

test('hidden colours near visible pixels become theirs; those farther away, and all visible ones, stay', () => {
  const { data, alpha } = fillTransparent(line([200, 0, 1, 2, 3, 4], [255, 0, 0, 0, 0, 0]), 3);
  assert.deepEqual([...data], [200, 200, 200, 200, 3, 4]);
  assert.deepEqual([...alpha!], [255, 0, 0, 0, 0, 0]);
  const hidden = line([9, 8, 7], [0, 0, 0]);
  assert.deepEqual(fillTransparent(hidden, 3).data, hidden.data, 'without a visible pixel nothing is known better');
  const opaque = line([9, 8, 7], [255, 255, 255]);
  assert.equal(fillTransparent(opaque, 3), opaque);
});

test('a faint pixel, whose colour has lost its digits, takes most of it from an opaque neighbour', () => {
  const { data } = fillTransparent(line([200, 0, 60], [255, 4, 0]), 3);
  assert.equal(data[1], Math.round(200 * (1 - 4 / (255 / 16))));
  assert.equal(data[2], data[1]);
  assert.deepEqual([...fillTransparent(line([50, 60], [4, 4]), 3).data], [50, 60], 'but a faint picture stays');
});

test('laid on a colour, each sample is mixed by alpha, in 8 and 16 bits; grey on a colour becomes RGB', () => {
  assert.deepEqual([...layOn(line([0, 0, 100], [0, 51, 255]), [255, 255, 255]).data], [255, 204, 100]);
  const wide = { ...line([0, 0], []), data: Uint16Array.of(0, 1000), alpha: Uint16Array.of(0, 65535) };
  assert.deepEqual([...layOn(wide, [255, 255, 255]).data], [65535, 1000]);
  const red = layOn(line([0, 0], [0, 255]), [255, 0, 0]);
  assert.deepEqual([red.channels, red.alpha, ...red.data], [3, undefined, 255, 0, 0, 0, 0, 0]);
});

test('a colour is a name or numbers as in CSS; another text is an OptionError', async () => {
  assert.deepEqual(await parseColor('white'), [255, 255, 255]);
  assert.deepEqual(await parseColor('#ff8000'), [255, 128, 0]);
  await assert.rejects(parseColor('not a colour'), OptionError);
});
