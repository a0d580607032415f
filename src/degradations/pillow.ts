import { gaussianBlur } from '../image/blur';
import type { Plane } from '../image/image';
import { resizePillow } from '../image/resize';
import { type Degradation, smallSize } from './degradation';

const shrink = (plane: Plane, scale: number, sigma: number) =>
  resizePillow(gaussianBlur(plane, sigma), ...smallSize(plane, scale));

/** scipy's Gaussian blur, then Pillow's bicubic, both to their rounding: the report's degradation. */
export const pillow: Degradation = {
  name: 'pillow',
  sigma: 1,
  shrink,
  degrade: (plane, scale, sigma) => resizePillow(shrink(plane, scale, sigma), plane.width, plane.height),
};
