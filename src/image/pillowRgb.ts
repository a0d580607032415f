import type { Image, YCbCr } from './image';

/** libImaging/ConvertYCbCr.c: a coefficient times 64 for each value around 128, made whole as C does (int)(x + 0.5). */
const table = (coefficient: number) =>
  Int32Array.from({ length: 256 }, (_, value) => Math.trunc(coefficient * 64 * (value - 128) + 0.5));

const redOfCr = table(1.402);
const greenOfCb = table(-0.34414);
const greenOfCr = table(-0.71414);
const blueOfCb = table(1.772);

/** Pillow's `convert('RGB')` of 8-bit Y, Cb and Cr in full range; whole numbers of 0..255 are expected. */
export function pillowRgb({ y, cb, cr }: YCbCr): Image {
  const data = new Uint8ClampedArray(3 * y.data.length);
  for (let i = 0, at = 0; i < y.data.length; i++, at += 3) {
    const [luma, blue, red] = [y.data[i], cb.data[i], cr.data[i]];
    data[at] = luma + (redOfCr[red] >> 6);
    data[at + 1] = luma + ((greenOfCb[blue] + greenOfCr[red]) >> 6);
    data[at + 2] = luma + (blueOfCb[blue] >> 6);
  }
  return { data: new Uint8Array(data.buffer), width: y.width, height: y.height, channels: 3 };
}
