import { gaussianBlur } from '../image/blur';
import type { Plane } from '../image/image';
import { imresize, imresizeThereAndBack } from '../image/resize';
import { type Degradation, smallSize } from './degradation';

const blurred = (plane: Plane, sigma: number) => (sigma > 0 ? gaussianBlur(plane, sigma) : plane);

/**
 * MATLAB's `imresize` with its antialiased bicubic, as in Dong et al. (arXiv 1501.00092). `shrink` rounds after each
 * pass, as MATLAB does on uint8; `degrade` keeps real numbers until the end and expects sides that are multiples of
 * the scale.
 */
export const matlab: Degradation = {
  name: 'matlab',
  sigma: 0,
  shrink: (plane, scale, sigma) =>
    imresize(blurred(plane, sigma), ...smallSize(plane, scale), { rounding: 'each-pass' }),
  degrade: (plane, scale, sigma) => imresizeThereAndBack(blurred(plane, sigma), ...smallSize(plane, scale)),
};
