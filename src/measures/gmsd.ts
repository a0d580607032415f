import type { Image, Plane } from '../image/image';
import { halve } from './analysis/filter';
import { type Grid, checkSides, emptyGrid, luminancePair, meanOf } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/** The constant of the authors, for values of 0..255. */
const STABILITY = 170;

/**
 * Gradient magnitude similarity deviation, 0 for equal pictures, below 0.5 (Xue et al., IEEE TIP 23(2), 2014): the
 * standard deviation of how alike the Prewitt gradients are, at half the size, on luminance. Constant pictures have
 * equal gradients inside: zeros around them make the rest. ImageTooSmallError for a side below 3.
 *
 * As in the authors' MATLAB code, zeros lie around the picture, also past the edge of an odd side, which pyiqa and piq
 * treat otherwise; and the deviation is that of a sample (n - 1), as in pyiqa, not in piq.
 */
export function gmsd(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  const [original, compared] = luminancePair(restored, truth, options);
  checkSides(original, 3, 'GMSD');
  const [a, b] = [original, compared].map((grid) => squaredGradients(halve(grid, 'zero')).data);
  const similarity = a.map((value, i) => (2 * Math.sqrt(value * b[i]) + STABILITY) / (value + b[i] + STABILITY));
  const mean = meanOf(similarity);
  const squares = similarity.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (similarity.length - 1));
}

/** The squared length of the gradient by Prewitt's filters divided by 3, zeros around the picture. */
function squaredGradients({ data, width, height }: Grid): Grid {
  const out = emptyGrid(width, height);
  const stride = width + 2;
  const padded = new Float64Array(stride * (height + 2));
  for (let y = 0; y < height; y++) padded.set(data.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0, at = y * stride; x < width; x++, at++, i++) {
      const middle = at + stride,
        below = middle + stride;
      const across =
        padded[at] + padded[middle] + padded[below] - padded[at + 2] - padded[middle + 2] - padded[below + 2];
      const down = padded[at] + padded[at + 1] + padded[at + 2] - padded[below] - padded[below + 1] - padded[below + 2];
      out.data[i] = (across * across + down * down) / 9;
    }
  }
  return out;
}

/** GMSD as a measure. */
export const gmsdMeasure: Measure = {
  name: 'gmsd',
  title: 'GMSD',
  unit: '',
  better: 'lower',
  digits: 4,
  compare: gmsd,
};
