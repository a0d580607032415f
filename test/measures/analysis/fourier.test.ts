import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fourier, inverse } from '../../../src/measures/analysis/fourier';

/** The definition: one sum for each frequency. */
function plain(data: Float64Array, width: number, height: number, u: number, v: number): [number, number] {
  let re = 0,
    im = 0;
  data.forEach((value, i) => {
    const angle = -2 * Math.PI * ((u * (i % width)) / width + (v * Math.floor(i / width)) / height);
    re += value * Math.cos(angle);
    im += value * Math.sin(angle);
  });
  return [re, im];
}

for (const [width, height] of [
  [16, 8],
  [13, 37],
  [1, 5],
  [12, 1],
])
  test(`the Fourier transform of ${width}x${height} samples equals its definition, and comes back`, () => {
    const data = Float64Array.from({ length: width * height }, (_, i) => ((i * 7919) % 101) - 50);
    const spectrum = fourier(data, width, height);
    for (let v = 0; v < height; v++)
      for (let u = 0; u < width; u++) {
        const [re, im] = plain(data, width, height, u, v);
        assert.ok(Math.hypot(spectrum.re[v * width + u] - re, spectrum.im[v * width + u] - im) < 1e-8);
      }
    const back = inverse(spectrum);
    back.re.forEach((value, i) => assert.ok(Math.hypot(value - data[i], back.im[i]) < 1e-10));
  });
