import { OptionError } from '../errors';
import type { Image, Plane } from '../image/image';

/** The difference, in levels of 0..255, from which on an error map is black. */
export const BLACKEST = 32;

/**
 * Where a picture differs from the truth: white where it is equal, black where the mean difference of its channels is
 * 32 levels or more. Light ground, so that it can be printed. Throws OptionError for pictures of two sizes.
 */
export function errorMap(picture: Image | Plane, truth: Image | Plane): Image {
  const { width, height } = truth;
  const channels = truth.data.length / (width * height);
  if (picture.width !== width || picture.height !== height || picture.data.length !== truth.data.length)
    throw new OptionError(
      `an error map needs pictures of one size; one is ${picture.width}x${picture.height}, the other ` +
        `${width}x${height}`,
    );
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) {
    let sum = 0;
    for (let at = i * channels; at < (i + 1) * channels; at++) sum += Math.abs(picture.data[at] - truth.data[at]);
    data[i] = Math.max(0, Math.round(255 * (1 - sum / channels / BLACKEST)));
  }
  return { data, width, height, channels: 1 };
}
