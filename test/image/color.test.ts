import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError, UnknownNameError } from '../../src/errors';
import { luminance, toRgb, toYCbCr, type Convention } from '../../src/image/color';
import type { Image, YCbCr } from '../../src/image/image';
import { bytesOf, golden, goldenImage } from '../golden/image';

const pixel = (...rgb: number[]): Image => ({ data: Uint8Array.from(rgb), width: 1, height: 1, channels: 3 });
const values = ({ y, cb, cr }: YCbCr) => [y.data[0], cb.data[0], cr.data[0]];
const planes = (y: number, cb: number, cr: number): YCbCr => {
  const plane = (value: number) => ({ data: Float32Array.of(value), width: 1, height: 1 });
  return { y: plane(y), cb: plane(cb), cr: plane(cr) };
};

test('the full-range planes equal Pillow convert("YCbCr") on a picture and on a grid of 5,832 colours', () => {
  const picture = toYCbCr(goldenImage(), 'full');
  const levels = Array.from({ length: 18 }, (_, i) => i * 15);
  const colors = levels.flatMap((r) => levels.flatMap((g) => levels.flatMap((b) => [r, g, b])));
  const grid = toYCbCr({ data: Uint8Array.from(colors), width: 5832, height: 1, channels: 3 }, 'full');
  for (const [k, name] of (['y', 'cb', 'cr'] as const).entries()) {
    assert.deepEqual(Uint8Array.from(picture[name].data), bytesOf(golden.full[k]));
    assert.deepEqual(Uint8Array.from(grid[name].data), bytesOf(golden.colorGrid[k]));
  }
});

test('the studio planes of the primaries are those of ITU-R BT.601', () => {
  const expected: [number[], number[]][] = [
    [
      [0, 0, 0],
      [16, 128, 128],
    ],
    [
      [255, 255, 255],
      [235, 128, 128],
    ],
    [
      [255, 0, 0],
      [81, 90, 240],
    ],
    [
      [0, 255, 0],
      [145, 54, 34],
    ],
    [
      [0, 0, 255],
      [41, 240, 110],
    ],
  ];
  for (const [rgb, ycbcr] of expected) assert.deepEqual(values(toYCbCr(pixel(...rgb), 'studio')), ycbcr);
});

test('the full way back truncates and clips where rounding would give another value', () => {
  assert.deepEqual([...toRgb(planes(100, 130, 129), 'full').data], [101, 98, 103]);
  assert.deepEqual([...toRgb(planes(250, 255, 255), 'full').data], [255, 115, 255]);
  assert.deepEqual([...toRgb(planes(2, 0, 0), 'full').data], [0, 137, 0]);
});

test('the studio way back comes within 1 of every grey level and within 2 of every colour of a picture', () => {
  const image = goldenImage();
  const back = toRgb(toYCbCr(image, 'studio'), 'studio');
  assert.ok(back.data.every((value, i) => Math.abs(value - image.data[i]) <= 2));
  for (let level = 0; level < 256; level++) {
    const [red, green, blue] = toRgb(toYCbCr(pixel(level, level, level), 'studio'), 'studio').data;
    assert.ok(Math.abs(red - level) <= 1 && red === green && green === blue);
  }
});

test('a grey picture is its own luminance and has neutral colour', () => {
  const grey: Image = { data: Uint8Array.of(0, 7, 255), width: 3, height: 1, channels: 1 };
  for (const convention of ['full', 'studio'] as const) {
    assert.deepEqual([...luminance(grey, convention).data], [0, 7, 255]);
    assert.deepEqual([...toYCbCr(grey, convention).cr.data], [128, 128, 128]);
  }
});

test('an unknown convention and planes of unequal size are named errors', () => {
  assert.throws(() => luminance(pixel(1, 2, 3), 'video' as Convention), UnknownNameError);
  const unequal = { ...planes(1, 2, 3), cr: { data: new Float32Array(2), width: 2, height: 1 } };
  assert.throws(() => toRgb(unequal, 'full'), OptionError);
});
