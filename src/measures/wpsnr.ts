import type { Image, Plane } from '../image/image';
import { type Grid, emptyGrid, luminancePair } from './grid';
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

/** The correlation with the filter, which is symmetric in both directions: rows at one distance are added first. */
function filtered({ data, width, height }: Grid): Grid {
  const quarter = quarterOfFilter();
  const out = emptyGrid(width, height);
  const pair = new Float64Array(width + 2 * RADIUS);
  for (let y = 0; y < height; y++) {
    for (let j = 0; j <= RADIUS; j++) {
      for (let x = 0; x < width; x++) {
        const above = y - j >= 0 ? data[(y - j) * width + x] : 0,
          below = j > 0 && y + j < height ? data[(y + j) * width + x] : 0;
        pair[RADIUS + x] = above + below;
      }
      addRow(pair, quarter, j, out.data.subarray(y * width, (y + 1) * width));
    }
  }
  return out;
}

function addRow(padded: Float64Array, quarter: Float64Array, j: number, row: Float64Array): void {
  const side = RADIUS + 1;
  for (let k = 0; k <= RADIUS; k++) {
    const weight = quarter[j * side + k];
    if (k === 0) for (let x = 0; x < row.length; x++) row[x] += weight * padded[x + RADIUS];
    else for (let x = 0; x < row.length; x++) row[x] += weight * (padded[x + RADIUS - k] + padded[x + RADIUS + k]);
  }
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
