import type { Image, Plane } from '../image/image';
import { checkSides, comparedSize } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';
import { visitUniformWindows, type WindowRow } from './analysis/windows';

const SIDE = 8;

/** A variance below this part of the mean square is rounding: the window is flat. */
const FLAT = 1e-11;

/**
 * Universal quality index, -1..1, 1 for equal pictures (Wang and Bovik, IEEE SPL 9(3), 2002): SSIM without its
 * constants, over all 8x8 windows and channels. As in the authors' code, a window that is flat in both pictures has the
 * index of its means alone, and a window that is black in both has 1. ImageTooSmallError for a side below 8.
 *
 * sewar's uqi multiplies means where the formula has sums, and so differs: the authors' definition is followed here.
 */
export function uqi(
  restored: Plane | Image,
  truth: Plane | Image,
  { border = 0 }: Pick<CompareOptions, 'border'> = {},
): number {
  const { width, height, channels } = comparedSize(restored, truth, border);
  checkSides({ width, height }, SIDE, 'UQI');
  let sum = 0;
  visitUniformWindows(truth, restored, border, SIDE, (row) => {
    sum += sumOfRow(row);
  });
  return sum / (channels * (width - SIDE + 1) * (height - SIDE + 1));
}

function sumOfRow({ a, b, squares, product }: WindowRow): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const means = a[i] * b[i],
      squaredMeans = a[i] * a[i] + b[i] * b[i];
    const variances = squares[i] - squaredMeans;
    if (squaredMeans === 0) sum += 1;
    else if (variances <= FLAT * squares[i]) sum += (2 * means) / squaredMeans;
    else sum += (4 * means * (product[i] - means)) / (squaredMeans * variances);
  }
  return sum;
}

/** UQI as a measure, over all channels. */
export const uqiMeasure: Measure = {
  name: 'uqi',
  title: 'UQI',
  unit: '',
  better: 'higher',
  digits: 4,
  compare: uqi,
};
