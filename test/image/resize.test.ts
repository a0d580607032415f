import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../src/errors';
import type { Plane } from '../../src/image/image';
import { imresize, resizePillow } from '../../src/image/resize';
import { bytesOf, difference, golden, goldenLuminance } from '../golden/image';

for (const { width, height, data } of golden.resize) {
  test(`${golden.width} x ${golden.height} to ${width} x ${height} equals Pillow BICUBIC at every pixel`, () => {
    assert.deepEqual(Uint8Array.from(resizePillow(goldenLuminance(), width, height).data), bytesOf(data));
  });
}

const row = (...values: number[]): Plane => ({ data: Float32Array.from(values), width: values.length, height: 1 });
const ramp = (width: number, height: number): Plane => ({
  data: Float32Array.from({ length: width * height }, (_, i) => i % width),
  width,
  height,
});

test('imresize doubles a step by the cubic of a = -0.5 worked out by hand', () => {
  const enlarged = imresize(row(0, 0, 0, 0, 100, 100, 100, 100), 16, 1).data.subarray(4, 12);
  const byHand = [0, -2.34375, -7.03125, 20.3125, 79.6875, 107.03125, 102.34375, 100];
  assert.ok(difference(enlarged, byHand).largest < 1e-4, `${enlarged}`);
});

test('imresize keeps a constant, and a ramp inside its borders, at every scale', () => {
  for (const scale of [1 / 4, 1 / 3, 1 / 2, 2, 3, 4]) {
    const size = 48 * scale;
    assert.ok(
      imresize({ ...row(), data: new Float32Array(48 * 48).fill(77), width: 48, height: 48 }, size, size).data.every(
        (v) => Math.abs(v - 77) < 1e-4,
      ),
    );
    const result = imresize(ramp(48, 48), size, size);
    const margin = Math.ceil(2 * Math.max(1, scale)) + 1;
    for (let x = margin; x < size - margin; x++) {
      assert.ok(Math.abs(result.data[x] - ((x + 0.5) / scale - 0.5)) < 1e-4, `x ${x} at scale ${scale}`);
    }
  }
});

test('imresize repeats the picture mirrored at its borders', () => {
  const [a, b, c] = [10, 80, 200];
  const mirrored = imresize(row(b, a, a, b, c, c, b, a, a, b, c, c), 24, 1).data.slice(4, 10);
  assert.ok(difference(imresize(row(a, b, c), 6, 1).data, mirrored).largest < 1e-4);
});

test('rounding in each pass gives 8-bit values that differ from rounding once', () => {
  const golden = goldenLuminance();
  const plane = { ...golden, data: golden.data.map((value) => 90 + (value >> 2)) };
  const each = imresize(plane, 12, 9, { rounding: 'each-pass' }).data;
  const once = imresize(plane, 12, 9).data.map(Math.round);
  assert.ok(each.every((value) => Number.isInteger(value) && value >= 0 && value <= 255));
  const { largest, different } = difference(each, once);
  assert.ok(different > 0 && largest <= 1, `${different} different, at most by ${largest}`);
});

test('a size that is not a whole number above 0 is an OptionError', () => {
  for (const size of [0, -3, 2.5, NaN]) {
    assert.throws(() => resizePillow(goldenLuminance(), size, 5), OptionError);
    assert.throws(() => imresize(goldenLuminance(), 5, size), OptionError);
  }
});
