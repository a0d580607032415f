import { checkShrinkable } from '../degradations/degradation';
import { cut } from '../image/crop';
import type { Image, Plane } from '../image/image';
import { resizePillow } from '../image/resize';

/** The values as whole numbers. What lies outside 0..255 is kept. */
export const roundPlane = (plane: Plane): Plane => ({ ...plane, data: plane.data.map(Math.round) });

/** The values clipped to 0..255. */
export const clipPlane = (plane: Plane): Plane => ({
  ...plane,
  data: plane.data.map((value) => Math.min(255, Math.max(0, value))),
});

/** The upper left part whose sides are the largest multiples of `scale`; an ImageTooSmallError when there is none. */
export function cropToScale(plane: Plane, scale: number): Plane {
  checkShrinkable(plane, scale);
  const down = (side: number) => side - (side % scale);
  return cut(plane, { x: 0, y: 0, width: down(plane.width), height: down(plane.height) });
}

/** Red, green and blue as planes of 0..255; a grey picture three times. */
export function planesOf({ data, width, height, channels }: Image): Plane[] {
  return [0, 1, 2].map((channel) => {
    const from = channels === 3 ? channel : 0;
    return { data: Float32Array.from({ length: width * height }, (_, i) => data[i * channels + from]), width, height };
  });
}

/** Red, green and blue rounded and clipped to an 8-bit picture. */
export function imageOf(planes: Plane[]): Image {
  const { width, height } = planes[0];
  const data = new Uint8Array(3 * width * height);
  planes.forEach((plane, channel) => {
    const { data: values } = clipPlane(roundPlane(plane));
    for (let i = 0; i < values.length; i++) data[3 * i + channel] = values[i];
  });
  return { data, width, height, channels: 3 };
}

/**
 * Pillow shrinks to int(width / scale): what a network makes of that may be some pixels smaller than the original, and
 * is brought to its size by Pillow's bicubic.
 */
export const fitted = (plane: Plane, { width, height }: { width: number; height: number }): Plane =>
  plane.width === width && plane.height === height ? plane : resizePillow(clipPlane(roundPlane(plane)), width, height);
