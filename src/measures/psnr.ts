import { ImageTooSmallError, OptionError } from '../errors';
import type { Image, Plane } from '../image/image';
import type { CompareOptions, Measure } from './measure';

/** Mean squared error of two pictures of one size over all channels, summed in float64. */
export function meanSquaredError(a: Plane | Image, b: Plane | Image, border = 0): number {
  const channels = channelsOf(a);
  if (a.width !== b.width || a.height !== b.height || channels !== channelsOf(b)) {
    throw new OptionError(
      `cannot compare ${a.width}x${a.height} (${channels} channels) with ${b.width}x${b.height} ` +
        `(${channelsOf(b)}); give pictures of the same size`,
    );
  }
  const width = a.width - 2 * border,
    height = a.height - 2 * border;
  if (width < 1 || height < 1)
    throw new ImageTooSmallError(
      `a border of ${border} leaves nothing of a picture of ${a.width}x${a.height}; use a smaller one`,
    );
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

export const channelsOf = (picture: Plane | Image) => ('channels' in picture ? picture.channels : 1);

/** PSNR as a measure, over all channels. */
export const psnrMeasure: Measure = {
  name: 'psnr',
  title: 'PSNR',
  unit: 'dB',
  better: 'higher',
  digits: 2,
  compare: psnr,
};
