import type { Image, Plane } from '../image/image';
import { comparedSize } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/** Mean squared error of two pictures of one size over all channels, summed in float64. */
export function meanSquaredError(a: Plane | Image, b: Plane | Image, border = 0): number {
  const { width, height, channels } = comparedSize(a, b, border);
  let sum = 0;
  for (let y = border; y < a.height - border; y++) {
    const end = (y * a.width + a.width - border) * channels;
    sum += sumOfSquares(a.data, b.data, (y * a.width + border) * channels, end);
  }
  return sum / (width * height * channels);
}

function sumOfSquares(a: ArrayLike<number>, b: ArrayLike<number>, start: number, end: number): number {
  let sum = 0;
  for (let i = start; i < end; i++) {
    const difference = a[i] - b[i];
    sum += difference * difference;
  }
  return sum;
}

/** Peak signal-to-noise ratio in dB: 10 log10(dataRange^2 / MSE); Infinity for equal pictures. */
export function psnr(a: Plane | Image, b: Plane | Image, options: CompareOptions = {}): number {
  const { dataRange = 255, border = 0 } = options;
  return 10 * Math.log10(dataRange ** 2 / meanSquaredError(a, b, border));
}

/** PSNR as a measure, over all channels. */
export const psnrMeasure: Measure = {
  name: 'psnr',
  title: 'PSNR',
  unit: 'dB',
  better: 'higher',
  digits: 2,
  compare: psnr,
};
