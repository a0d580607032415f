import type { Image, Plane } from '../image/image';
import { type ErrorOptions, meanSquaredError } from './psnr';

/** Root of the mean squared error, in the pictures' own units. */
export function rmse(a: Plane | Image, b: Plane | Image, options: Pick<ErrorOptions, 'border'> = {}): number {
  return Math.sqrt(meanSquaredError(a, b, options.border));
}
