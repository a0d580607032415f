import type { Image, Plane } from '../image/image';
import type { CompareOptions, Measure } from './measure';
import { meanSquaredError } from './psnr';

/** Root of the mean squared error, in the pictures' own units. */
export function rmse(a: Plane | Image, b: Plane | Image, options: Pick<CompareOptions, 'border'> = {}): number {
  return Math.sqrt(meanSquaredError(a, b, options.border));
}

/** RMSE as a measure, over all channels. */
export const rmseMeasure: Measure = {
  name: 'rmse',
  title: 'RMSE',
  unit: '',
  better: 'lower',
  digits: 3,
  compare: rmse,
};
