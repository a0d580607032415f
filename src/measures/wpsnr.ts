import type { Image, Plane } from '../image/image';
import { fourier, inverse } from './analysis/fourier';
import { type Grid, emptyGrid, luminancePair } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/** Cycles per degree to both sides for which the sensitivity is sampled: the filter has 41x41 taps. */
const RADIUS = 20;

/**
 * Weighted PSNR in dB: PSNR of the error after a filter of the eye's contrast sensitivity (Miyahara et al., IEEE Trans.
 * Comm. 46(9), 1998), zeros around the picture, on luminance. Infinity for equal pictures; `dataRange` is the peak; the
 * eye sees 60 pixels in a degree. No Python package has it: the definition is that of R. Liu's MATLAB function WPSNR,
 * with whose values the tables of Dong et al. agree.
 */
export function wpsnr(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  const [original, compared] = luminancePair(restored, truth, options);
  const error = { ...original, data: original.data.map((value, i) => (value - compared.data[i]) / 255) };
  const seen = filtered(error).data;
  return -10 * Math.log10(seen.reduce((sum, value) => sum + value * value, 0) / seen.length);
}

/** Sensitivity at a frequency in cycles per degree. */
function sensitivity(u: number, v: number): number {
  const w = (2 * Math.PI * Math.hypot(u, v)) / 60;
  const radial = 1.5 * Math.exp(-2 * w ** 2) - Math.exp(-4 * w ** 2);
  const steep = Math.exp(8 * (w - (2 * Math.PI * 11.13) / 60));
  const direction = Math.cos(2 * Math.atan2(v, u)) ** 4;
  return (radial * (1 + steep * direction)) / (1 + steep);
}

let kernel: Float64Array | undefined;

/** The quarter of the filter from its centre, whose spectrum has the sensitivities as samples. */
function quarterOfFilter(): Float64Array {
  if (kernel) return kernel;
  const side = RADIUS + 1,
    count = 2 * RADIUS + 1;
  const response = Float64Array.from({ length: side * side }, (_, i) => sensitivity(i % side, Math.floor(i / side)));
  const wave = (k: number, x: number) => (k === 0 ? 1 : 2) * Math.cos((2 * Math.PI * k * x) / count);
  kernel = Float64Array.from({ length: side * side }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < response.length; k++)
      sum += response[k] * wave(k % side, i % side) * wave(Math.floor(k / side), Math.floor(i / side));
    return sum / count ** 2;
  });
  return kernel;
}

let latest: { width: number; height: number; gains: Float64Array } | undefined;

/** The filter's spectrum over width x height, which is real. That of the latest size is kept. */
function gainsOf(width: number, height: number): Float64Array {
  if (latest?.width === width && latest.height === height) return latest.gains;
  const quarter = quarterOfFilter();
  const wrapped = emptyGrid(width, height);
  const place = (at: number, side: number) => (at + side) % side;
  for (let y = -RADIUS; y <= RADIUS; y++)
    for (let x = -RADIUS; x <= RADIUS; x++)
      wrapped.data[place(y, height) * width + place(x, width)] = quarter[Math.abs(y) * (RADIUS + 1) + Math.abs(x)];
  const gains = fourier(wrapped.data, width, height).re;
  latest = { width, height, gains };
  return gains;
}

/** The correlation with the filter, zeros around the picture: by spectra, with a margin in which the filter ends. */
function filtered({ data, width, height }: Grid): Grid {
  const padded = emptyGrid(width + RADIUS, height + RADIUS);
  for (let y = 0; y < height; y++) padded.data.set(data.subarray(y * width, (y + 1) * width), y * padded.width);
  const spectrum = fourier(padded.data, padded.width, padded.height);
  const gains = gainsOf(padded.width, padded.height);
  for (let i = 0; i < gains.length; i++) {
    spectrum.re[i] *= gains[i];
    spectrum.im[i] *= gains[i];
  }
  const { re } = inverse(spectrum);
  const out = emptyGrid(width, height);
  for (let y = 0; y < height; y++) out.data.set(re.subarray(y * padded.width, y * padded.width + width), y * width);
  return out;
}

/** WPSNR as a measure. */
export const wpsnrMeasure: Measure = {
  name: 'wpsnr',
  title: 'WPSNR',
  unit: 'dB',
  better: 'higher',
  digits: 2,
  compare: wpsnr,
};
