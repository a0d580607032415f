import type { Image, Plane } from '../image/image';
import { halve } from './analysis/filter';
import { type Grid, checkSides, emptyGrid, luminancePair } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

// The constants of the authors, for values of 0..255.
const C = 30;
const ALPHA = 4.2;

/**
 * Haar wavelet-based perceptual similarity index, 0..1, 1 for equal pictures (Reisenhofer et al., Signal Processing:
 * Image Communication 61, 2018): how alike the Haar coefficients of two fine scales are, weighted by those of a coarser
 * one, at half the size, on luminance: the authors' form for grey pictures. Two black pictures have 1.
 * ImageTooSmallError for a side below 16.
 *
 * The authors' code and piq agree on it; zeros lie around the picture, as in MATLAB's conv2.
 */
export function haarpsi(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  const [original, compared] = luminancePair(restored, truth, options);
  checkSides(original, 16, 'HaarPSI');
  const halves = [original, compared].map((grid) => integral(halve(grid, 'zero')));
  let sum = 0,
    weights = 0;
  for (const direction of ['across', 'down'] as const) {
    const [fine, middle, coarse] = [2, 4, 8].map((side) => halves.map((grid) => haar(grid, side, direction).data));
    for (let i = 0; i < fine[0].length; i++) {
      const similarity = (alike(fine[0][i], fine[1][i]) + alike(middle[0][i], middle[1][i])) / 2;
      const weight = Math.max(Math.abs(coarse[0][i]), Math.abs(coarse[1][i]));
      sum += weight / (1 + Math.exp(-ALPHA * similarity));
      weights += weight;
    }
  }
  return weights === 0 ? 1 : (logit(sum / weights) / ALPHA) ** 2;
}

const logit = (value: number) => Math.log(value / (1 - value));

function alike(a: number, b: number): number {
  const [p, q] = [Math.abs(a), Math.abs(b)];
  return (2 * p * q + C) / (p * p + q * q + C);
}

/** Sums over all samples above and to the left: one row and one column larger, the first of both zero. */
function integral({ data, width, height }: Grid): Grid {
  const out = emptyGrid(width + 1, height + 1);
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[y * width + x];
      out.data[(y + 1) * out.width + x + 1] = out.data[y * out.width + x + 1] + row;
    }
  }
  return out;
}

/** Haar coefficients at every sample of the picture whose integral is given, divided by `side`. */
function haar(sums: Grid, side: number, direction: 'across' | 'down'): Grid {
  const width = sums.width - 1,
    height = sums.height - 1;
  const out = emptyGrid(width, height);
  const half = side / 2,
    before = half - 1;
  const column = (x: number) => Math.min(width, Math.max(0, x));
  const row = (y: number) => Math.min(height, Math.max(0, y)) * sums.width;
  for (let y = 0, i = 0; y < height; y++) {
    const [top, middle, bottom] = [row(y - before), row(y + 1), row(y - before + side)];
    for (let x = 0; x < width; x++, i++) {
      const left = column(x - before),
        center = column(x + 1),
        right = column(x - before + side);
      const all = sums.data[bottom + right] - sums.data[top + right] - sums.data[bottom + left] + sums.data[top + left];
      const first =
        direction === 'across'
          ? sums.data[bottom + center] - sums.data[top + center] - sums.data[bottom + left] + sums.data[top + left]
          : sums.data[middle + right] - sums.data[top + right] - sums.data[middle + left] + sums.data[top + left];
      out.data[i] = (all - 2 * first) / side;
    }
  }
  return out;
}

/** HaarPSI as a measure. */
export const haarpsiMeasure: Measure = {
  name: 'haarpsi',
  title: 'HaarPSI',
  unit: '',
  better: 'higher',
  digits: 4,
  compare: haarpsi,
};
