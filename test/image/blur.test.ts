import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../src/errors';
import { gaussianBlur } from '../../src/image/blur';
import { bytesOf, golden, goldenLuminance } from '../golden/image';

for (const { sigma, data } of golden.blur) {
  test(`a blur of sigma ${sigma} equals scipy.ndimage.gaussian_filter on int64 at every pixel`, () => {
    assert.deepEqual(Uint8Array.from(gaussianBlur(goldenLuminance(), sigma).data), bytesOf(data));
  });
}

test('a sigma of 0 returns an equal copy and leaves the plane alone', () => {
  const plane = goldenLuminance();
  const copy = gaussianBlur(plane, 0);
  assert.deepEqual(copy, plane);
  assert.notEqual(copy.data, plane.data);
});

test('a sigma that is negative or no number is an OptionError', () => {
  for (const sigma of [-1, NaN, Infinity]) assert.throws(() => gaussianBlur(goldenLuminance(), sigma), OptionError);
});
