import { OptionError } from '../errors';
import type { Image } from './image';

/** A part of a picture, in pixels from its upper left corner. */
export interface Crop {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Throws OptionError unless the crop is whole pixels within the picture. */
export function checkCrop({ width, height }: Image, crop: Crop): void {
  const whole =
    Object.values(crop).every((value) => Number.isInteger(value) && value >= 0) && crop.width > 0 && crop.height > 0;
  if (!whole || crop.x + crop.width > width || crop.y + crop.height > height)
    throw new OptionError(`crop is ${JSON.stringify(crop)}; use whole pixels within the picture's ${width}x${height}`);
}

/** The part of the picture, without its alpha channel. */
export function cut(image: Image, { x, y, width, height }: Crop): Image {
  const { channels } = image;
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * image.width + x) * channels;
    data.set(image.data.subarray(start, start + width * channels), row * width * channels);
  }
  return { data, width, height, channels };
}
