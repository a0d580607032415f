import type { Plane } from '../image/image';
import { imresize } from '../image/resize';
import { gaussianBlur } from '../image/blur';
import { type Degradation, smallSize } from './degradation';

const toBytes = ({ data, ...size }: Plane): Plane => ({
  ...size,
  data: data.map((value) => Math.min(255, Math.max(0, Math.floor(value + 0.5)))),
});

const shrink = (plane: Plane, scale: number, sigma: number) =>
  toBytes(imresize(gaussianBlur(plane, sigma), ...smallSize(plane, scale)));

/**
 * MATLAB's `imresize` in double, as `matlab`, but the small picture is rounded to 8 bits before it is enlarged again,
 * as it is where it is written to a file.
 */
export const matlabBytes: Degradation = {
  name: 'matlab-8-bit',
  sigma: 0,
  shrink,
  degrade: (plane, scale, sigma) => toBytes(imresize(shrink(plane, scale, sigma), plane.width, plane.height)),
};
