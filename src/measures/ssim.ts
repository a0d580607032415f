import { ImageTooSmallError } from '../errors';
import type { Image, Plane } from '../image/image';
import { comparedSize } from './analysis/grid';
import { sumOfWeightedWindows, visitUniformWindows, type WindowRow } from './analysis/windows';
import type { CompareOptions, Measure } from './measure';

export interface SsimOptions extends CompareOptions {
  /**
   * 'uniform7': scikit-image's default, 7x7 and sample covariance; 'gaussian11': Wang et al. 2004, 11x11 with sigma
   * 1.5.
   */
  window?: 'uniform7' | 'gaussian11';
}

const K1 = 0.01,
  K2 = 0.03;

/** The right half of a Gaussian, centre first; the whole sums to 1. */
function gaussianHalf(radius: number, sigma: number): Float64Array {
  const half = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp(-(i ** 2) / (2 * sigma ** 2)));
  const sum = 2 * half.reduce((total, weight) => total + weight) - half[0];
  return half.map((weight) => weight / sum);
}

const halfOfGaussian11 = gaussianHalf(5, 1.5);

const sides = { uniform7: 7, gaussian11: 11 };

/**
 * Mean structural similarity (Wang et al. 2004, equation 13) over the windows that lie wholly inside, averaged over
 * channels.
 */
export function ssim(a: Plane | Image, b: Plane | Image, options: SsimOptions = {}): number {
  const { window = 'uniform7', dataRange = 255, border = 0 } = options;
  const { width, height, channels } = comparedSize(a, b, border);
  const side = sides[window];
  if (Math.min(width, height) < side)
    throw new ImageTooSmallError(
      `a picture of ${width}x${height} is smaller than the ${side}x${side} window of SSIM; ` +
        'leave it out for this picture',
    );
  const constants = { c1: (K1 * dataRange) ** 2, c2: (K2 * dataRange) ** 2 };
  const sum =
    window === 'uniform7'
      ? sumOfUniformWindows(a, b, border, constants)
      : sumOfWeightedWindows(a, b, { border, half: halfOfGaussian11, ...constants });
  return sum / (channels * (width - side + 1) * (height - side + 1));
}

// Sample covariance counts n - 1 of the n values; Wang's windows are weighted means.
const covariance = 49 / 48;

function sumOfUniformWindows(
  a: Plane | Image,
  b: Plane | Image,
  border: number,
  { c1, c2 }: { c1: number; c2: number },
): number {
  let sum = 0;
  visitUniformWindows(a, b, border, sides.uniform7, (row) => (sum += sumOfRow(row, c1, c2)));
  return sum;
}

function sumOfRow({ a, b, squares, product }: WindowRow, c1: number, c2: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const means = a[i] * b[i],
      squaredMeans = a[i] * a[i] + b[i] * b[i];
    sum +=
      ((2 * means + c1) * (2 * covariance * (product[i] - means) + c2)) /
      ((squaredMeans + c1) * (covariance * (squares[i] - squaredMeans) + c2));
  }
  return sum;
}

/** SSIM of Wang et al., a Gaussian window of 11x11, as the field reports it. */
export const ssimMeasure: Measure = {
  name: 'ssim',
  title: 'SSIM',
  unit: '',
  better: 'higher',
  digits: 4,
  compare: (restored, truth, options) => ssim(truth, restored, { ...options, window: 'gaussian11' }),
};

/** SSIM over uniform windows of 7x7, scikit-image's default and the report's. */
export const ssim7Measure: Measure = {
  ...ssimMeasure,
  name: 'ssim7',
  title: 'SSIM 7x7',
  compare: (restored, truth, options) => ssim(truth, restored, { ...options, window: 'uniform7' }),
};
