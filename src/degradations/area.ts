import { gaussianBlur } from '../image/blur';
import type { Plane } from '../image/image';
import { resizePillow } from '../image/resize';
import { type Degradation, smallSize } from './degradation';

/**
 * The mean of each block of scale x scale pixels, as a sensor's larger pixels would see it, rounded to 8 bits,
 * halves up; brought back by Pillow's bicubic. Rows and columns beyond the last whole block are dropped.
 */
export const area: Degradation = {
  name: 'area',
  sigma: 0,
  shrink,
  degrade: (plane, scale, sigma) => resizePillow(shrink(plane, scale, sigma), plane.width, plane.height),
};

function shrink(plane: Plane, scale: number, sigma: number): Plane {
  const from = gaussianBlur(plane, sigma);
  const [width, height] = smallSize(plane, scale);
  const sums = new Float64Array(width * height);
  for (let y = 0; y < height * scale; y++) {
    const row = Math.floor(y / scale) * width;
    for (let x = 0; x < width * scale; x++) sums[row + Math.floor(x / scale)] += from.data[y * from.width + x];
  }
  const half = (scale ** 2) >> 1;
  return { data: Float32Array.from(sums, (sum) => Math.floor((sum + half) / scale ** 2)), width, height };
}
