import { writeFile } from 'node:fs/promises';
import { readInput } from '../disk/readInput';
import { isStandardOutput, writeStandardOutput } from '../disk/standardStreams';
import { writeTarget } from '../disk/writeAtomically';
import { whyNotWritten } from '../disk/whyNotWritten';
import { ImageFileError, WriteError } from '../errors';
import { decode } from './decode';
import { encode } from './encode';
import { checkHolds } from './holds';
import type { Image } from './image';
import { checkWritable, kindOf } from './kinds';
import { checkSamples, type Photograph, type Samples } from './photograph';
import { type Color, white } from './transparency';

/** First line only: decoders repeat their message. */
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0];

/**
 * An 8-bit grey or RGB image from PNG, JPEG, BMP, WebP or TIFF: palettes resolved, the upper 8 of 16 bits, turned
 * upright as its EXIF says, alpha apart. Throws ImageFileError, which names the file, if it is missing, cut short or
 * not an image.
 */
export async function readImage(file: string): Promise<Image> {
  const photograph = await readPhotograph(file, { ignoreProfiles: true, onNote: () => undefined });
  const { data, alpha, width, height, channels, pages } = photograph;
  if (pages)
    throw new ImageFileError(`${file} has ${pages.length + 1} pages or frames; save each as a file of its own`);
  const image: Image = { data: upperBytes(data), width, height, channels };
  return alpha ? { ...image, alpha: upperBytes(alpha) } : image;
}

const upperBytes = (samples: Samples): Uint8Array =>
  samples instanceof Uint16Array ? Uint8Array.from(samples, (value) => value >> 8) : samples;

export interface ReadOptions {
  /** Whether colour profiles are ignored and the stored numbers count, as in Pillow and MATLAB (default false). */
  ignoreProfiles?: boolean;
  /**
   * Called with a sentence about what was repaired or is left out of the file (default: it is printed as a warning).
   */
  onNote?: (note: string) => void;
}

/**
 * readImage, with 16-bit samples, colour profile, resolution, EXIF and all pages or frames kept; CMYK becomes RGB
 * through its profile. Bands that are neither colour nor alpha are left out, and noted.
 */
export async function readPhotograph(file: string, options: ReadOptions = {}): Promise<Photograph> {
  const { ignoreProfiles = false, onNote = (note) => console.warn(`${file}: ${note}`) } = options;
  try {
    return await decode(await readInput(file), { ignoreProfiles, onNote });
  } catch (error) {
    const message = messageOf(error);
    // A message that says what to do stands alone.
    const advice = message.includes('; ') ? '' : '; replace or remove it';
    throw new ImageFileError(`cannot read the image ${file}: ${message}${advice}`, { cause: error });
  }
}

export interface WriteOptions {
  /** '.png', '.jpg', '.bmp', '.webp' or '.tif' (default: what the file's name says); standard output needs it. */
  kind?: string;
  /** The colour behind transparent parts in JPEG and BMP, which have no alpha (default white). */
  background?: Color;
  /** Called with a sentence about what the kind of file cannot hold (default: it is printed as a warning). */
  onNote?: (note: string) => void;
}

/**
 * Writes PNG, JPEG (quality 95), lossless WebP, TIFF or BMP, as the extension says, first beside the target and then
 * renamed, so that no half-written file is ever seen. `-` and /dev/stdout are standard output. A link is followed.
 * Throws OptionError for another extension or samples that do not fit the size, WriteError if writing fails.
 */
export async function writeImage(file: string, image: Photograph, options: WriteOptions = {}): Promise<void> {
  const { kind = kindOf(file), background = white } = options;
  const { onNote = (note) => console.warn(`${file}: ${note}`) } = options;
  checkWritable(file, image, kind);
  checkSamples(image);
  checkHolds(file, image, kind);
  try {
    const bytes = await encode(kind!, image, { background, onNote });
    if (isStandardOutput(file)) await writeStandardOutput(bytes);
    else await writeTarget(file, (target) => writeFile(target, bytes));
  } catch (error) {
    const advice = isStandardOutput(file) ? '' : '; is there room, and is the folder writable?';
    throw new WriteError(`cannot write the image ${file}: ${whyNotWritten(error)}${advice}`, { cause: error });
  }
}

export { imageFiles } from './folder';
export { checkWritable, isImageFile } from './kinds';
