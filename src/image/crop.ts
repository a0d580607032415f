import { OptionError } from '../errors';

/** A part of a picture, in pixels from its upper left corner. */
export interface Crop {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Samples of a picture: one plane, or interleaved channels. */
interface Samples {
  data: Uint8Array | Float32Array;
  width: number;
  height: number;
  channels?: number;
}

/** Throws OptionError unless the crop is whole pixels within the picture. */
export function checkCrop({ width, height }: Samples, crop: Crop): void {
  const whole =
    Object.values(crop).every((value) => Number.isInteger(value) && value >= 0) && crop.width > 0 && crop.height > 0;
  if (!whole || crop.x + crop.width > width || crop.y + crop.height > height)
    throw new OptionError(`crop is ${JSON.stringify(crop)}; use whole pixels within the picture's ${width}x${height}`);
}

/** The part of a picture or plane, as a copy and without an alpha channel. The part must lie within the picture. */
export function cut<Picture extends Samples>(picture: Picture, { x, y, width, height }: Crop): Picture {
  const { data: from, channels = 1 } = picture;
  const data =
    from instanceof Uint8Array ? new Uint8Array(width * height * channels) : new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = ((y + row) * picture.width + x) * channels;
    data.set(from.subarray(start, start + width * channels), row * width * channels);
  }
  const { alpha: _, ...kept } = picture as Picture & { alpha?: unknown };
  return { ...kept, data, width, height } as unknown as Picture;
}
