import { OptionError } from '../errors';
import type { Chunk } from './metadata/png';
import type { Resolution } from './metadata/resolution';

/** Samples of 8 or 16 bits. */
export type Samples = Uint8Array | Uint16Array;

/** Milliseconds that each frame of an animation is shown, and how often all are shown: 0 means without end. */
export interface Animation {
  delays: number[];
  loop: number;
}

/**
 * A picture as its file has it; an Image is one of 8 bits. It has 1 (grey) or 3 (RGB) interleaved channels; alpha and
 * the colour profile (ICC) are kept apart.
 */
export interface Photograph {
  data: Samples;
  width: number;
  height: number;
  channels: 1 | 3;
  alpha?: Samples;
  profile?: Buffer;
  /** The chunks by which a PNG says its colours without a profile: cICP, sRGB, gAMA and cHRM. */
  colors?: readonly Chunk[];
  /** Pixels an inch, where the file says so. */
  resolution?: Resolution;
  /** The block of EXIF, beginning with its byte order. */
  exif?: Buffer;
  /** XMP, a description of the picture in XML. */
  xmp?: string;
  /** The chunks in which a PNG has texts, such as title and author. */
  texts?: readonly Chunk[];
  /** The pages or frames after this one. */
  pages?: readonly Photograph[];
  animation?: Animation;
}

/**
 * Throws an OptionError unless the samples are as many as a picture of this size has, of 8 or 16 bits: with others, the
 * picture would be another one.
 */
export function checkSamples({ data, alpha, width, height, channels, pages = [] }: Photograph): void {
  const isSize = (side: number) => Number.isInteger(side) && side > 0;
  if (!isSize(width) || !isSize(height))
    throw new OptionError(`the picture is ${width}x${height}; both have to be whole numbers of pixels above 0`);
  for (const [name, samples, each] of [
    ['data', data, channels],
    ['alpha', alpha, 1],
  ] as const) {
    if (samples === undefined && name === 'alpha') continue;
    if (!(samples instanceof Uint8Array || samples instanceof Uint16Array))
      throw new OptionError(`the picture's ${name} is no Uint8Array or Uint16Array; round its samples into one`);
    const wanted = width * height * each;
    if (samples.length !== wanted)
      throw new OptionError(
        `the picture's ${name} has ${samples.length} samples, but ${width}x${height} pixels of ${each} ` +
          `${each === 1 ? 'channel' : 'channels'} have ${wanted}; use the size that they belong to`,
      );
  }
  pages.forEach(checkSamples);
}

/** Room for `length` samples of the same depth. */
export function samplesLike(samples: Samples, length: number): Samples {
  return samples instanceof Uint16Array ? new Uint16Array(length) : new Uint8Array(length);
}

/** The photograph with 16-bit samples rounded to 8 bits. */
export function toEightBits(photograph: Photograph): Photograph {
  const round = (samples: Samples) =>
    samples instanceof Uint16Array ? Uint8Array.from(samples, (value) => Math.round(value / 257)) : samples;
  const { data, alpha, pages } = photograph;
  return {
    ...photograph,
    data: round(data),
    ...(alpha ? { alpha: round(alpha) } : {}),
    ...(pages ? { pages: pages.map(toEightBits) } : {}),
  };
}
