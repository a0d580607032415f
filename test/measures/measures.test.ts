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

/** Wang et al.'s SSIM by its definition: each window by itself, in the order of the formula. */
function plainSsim(one: Image, other: Image, border: number): number {
  const weights = Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / 4.5));
  const total = weights.reduce((sum, weight) => sum + weight) ** 2;
  const values: number[] = [];
  for (let y = border + 5; y < one.height - border - 5; y++)
    for (let x = border + 5; x < one.width - border - 5; x++)
      for (let channel = 0; channel < one.channels; channel++) {
        let [a, b, aa, bb, ab] = [0, 0, 0, 0, 0];
        for (let i = 0; i < 121; i++) {
          const [down, across] = [Math.floor(i / 11), i % 11];
          const weight = (weights[down] * weights[across]) / total;
          const at = ((y + down - 5) * one.width + x + across - 5) * one.channels + channel;
          const [p, q] = [one.data[at], other.data[at]];
          a += weight * p;
          b += weight * q;
          aa += weight * p * p;
          bb += weight * q * q;
          ab += weight * p * q;
        }
        const structure = (2 * (ab - a * b) + 58.5225) / (aa - a * a + (bb - b * b) + 58.5225);
        values.push((structure * (2 * a * b + 6.5025)) / (a * a + b * b + 6.5025));
      }
  return values.reduce((sum, value) => sum + value) / values.length;
}

test('SSIM over Gaussian windows equals its definition, for odd and even sizes, channels and borders', () => {
  for (const [wide, high, channels, border] of [
    [11, 11, 1, 0],
    [12, 13, 3, 0],
    [18, 15, 3, 2],
    [23, 12, 1, 0],
    [16, 40, 1, 1],
  ] as const) {
    const noise = (seed: number): Image => ({
      data: Uint8Array.from({ length: wide * high * channels }, (_, i) => (i * i * seed + 7 * i) % 256),
      ...{ width: wide, height: high, channels },
    });
    const [one, other] = [noise(3), noise(5)];
    const [value, expected] = [ssim(one, other, { window: 'gaussian11', border }), plainSsim(one, other, border)];
    assert.ok(Math.abs(value - expected) < 1e-10, `${wide}x${high}x${channels}: ${value}, not ${expected}`);
  }
});
