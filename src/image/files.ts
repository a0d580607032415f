import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DatasetError, ImageFileError, OptionError, WriteError } from '../errors';
import { decode } from './decode';
import { encode } from './encode';
import { checkHolds } from './holds';
import type { Image } from './image';
import type { Photograph, Samples } from './photograph';
import { type Color, white } from './transparency';

const readableKinds = ['.png', '.jpg', '.jpeg', '.bmp', '.webp', '.tif', '.tiff'];

/** The first line: a decoder repeats itself. */
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0];

/**
 * An 8-bit grey or RGB image from PNG, JPEG, BMP, WebP or TIFF: palettes resolved, the upper 8 of 16 bits, turned
 * upright as its EXIF says, alpha apart. An ImageFileError names a file that is missing, cut short or no image.
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
  /**
   * Whether colour profiles are left out and the stored numbers count, as Pillow and MATLAB take them (default false).
   */
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
    return await decode(await readFile(file), { ignoreProfiles, onNote });
  } catch (error) {
    throw new ImageFileError(`cannot read the image ${file}: ${messageOf(error)}; replace or remove it`, {
      cause: error,
    });
  }
}

export interface WriteOptions {
  /** The colour behind transparent parts in JPEG and BMP, which have no alpha (default white). */
  background?: Color;
  /** Called with a sentence about what the kind of file cannot hold (default: it is printed as a warning). */
  onNote?: (note: string) => void;
}

/**
 * Writes PNG, JPEG (quality 95), lossless WebP, TIFF or BMP, as the extension says, first beside the target and then
 * renamed, so that no half-written file is ever seen. Another extension is an OptionError, a failed write a
 * WriteError.
 */
export async function writeImage(file: string, image: Photograph, options: WriteOptions = {}): Promise<void> {
  const { background = white, onNote = (note) => console.warn(`${file}: ${note}`) } = options;
  checkWritable(file, image);
  checkHolds(file, image);
  const temporary = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(temporary, await encode(extname(file).toLowerCase(), image, { background, onNote }));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new WriteError(
      `cannot write the image ${file}: ${messageOf(error)}; is there room, and is the folder writable?`,
      { cause: error },
    );
  }
}

/** The longest side in pixels that a kind of file holds. */
const longestSide: Readonly<Record<string, number>> = { '.webp': 16383, '.jpg': 65535, '.jpeg': 65535 };

/**
 * Throws an OptionError unless the file's extension is one that the lab writes, and one that holds a picture of this
 * size.
 */
export function checkWritable(
  file: string,
  { width, height }: { width: number; height: number } = { width: 0, height: 0 },
): void {
  const kind = extname(file).toLowerCase();
  if (!isImageFile(file)) throw new OptionError(`cannot write ${file}: use one of ${readableKinds.join(', ')}`);
  if (Math.max(width, height) > (longestSide[kind] ?? Infinity)) {
    throw new OptionError(
      `cannot write ${file}: ${width}x${height} is more than the ${longestSide[kind]} pixels a side ` +
        `that ${kind} holds; use .png or .tif`,
    );
  }
}

/** Whether a file's extension is one that the lab reads and writes. */
export const isImageFile = (file: string) => readableKinds.includes(extname(file).toLowerCase());

/** The paths of the images directly in a folder, sorted; a DatasetError when the folder is missing or has none. */
export async function imageFiles(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new DatasetError(`cannot read the folder ${folder}: ${messageOf(error)}`, { cause: error });
  }
  const files = names.filter((name) => isImageFile(name) && !name.startsWith('.'));
  if (files.length === 0) throw new DatasetError(`no image in ${folder}: put ${readableKinds.join(', ')} files there`);
  return files.sort().map((name) => join(folder, name));
}
