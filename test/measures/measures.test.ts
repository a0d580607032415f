import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ImageTooSmallError, OptionError } from '../../src/errors';
import { psnr } from '../../src/measures/psnr';
import { rmse } from '../../src/measures/rmse';
import { ssim } from '../../src/measures/ssim';
import type { Image, Plane } from '../../src/image/image';

const golden = JSON.parse(readFileSync(join(__dirname, '../golden/metrics.json'), 'utf8'));
const { width, height } = golden;
const image = (name: 'a' | 'b'): Image => ({ data: Uint8Array.from(golden[name]), width, height, channels: 3 });
const red = (name: 'a' | 'b'): Plane => ({
  data: Float32Array.from({ length: width * height }, (_, i) => golden[name][3 * i]),
  width,
  height,
});
const [a, b] = [image('a'), image('b')];
const near = (value: number, expected: number) =>
  assert.ok(Math.abs(value - expected) < 1e-12 * Math.abs(expected), `${value}, not ${expected}`);

test("PSNR and RMSE equal scikit-image's, with and without a border", () => {
  near(psnr(a, b), golden.psnr);
  near(psnr(a, b, { border: 2 }), golden.psnr_border_2);
  near(rmse(a, b), golden.rmse);
});

test("SSIM equals scikit-image's, uniform over three channels and Gaussian on one", () => {
  near(ssim(a, b), golden.ssim_uniform7);
  near(ssim(red('a'), red('b'), { window: 'gaussian11' }), golden.ssim_gaussian11_grey);
});

test('a picture compared with itself has no error and a similarity of 1', () => {
  assert.equal(psnr(a, a), Infinity);
  assert.equal(rmse(a, a), 0);
  assert.ok(Math.abs(ssim(a, a) - 1) < 1e-12);
});

test('pictures of two sizes, or smaller than the window, are refused by name', () => {
  const small: Plane = { data: new Float32Array(30), width: 5, height: 6 };
  assert.throws(() => psnr(a, small), OptionError);
  assert.throws(() => ssim(red('a'), small), OptionError);
  assert.throws(() => ssim(small, small), ImageTooSmallError);
  assert.throws(() => psnr(small, small, { border: 3 }), ImageTooSmallError);
});
