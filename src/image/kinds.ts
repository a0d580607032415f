import { extname } from 'node:path';
import { OptionError } from '../errors';

/** The file extensions that are read and written, each with the one that stands for its kind. */
const kinds: Readonly<Record<string, string>> = {
  '.png': '.png',
  '.jpg': '.jpg',
  '.jpeg': '.jpg',
  '.jpe': '.jpg',
  '.jfif': '.jpg',
  '.bmp': '.bmp',
  '.webp': '.webp',
  '.tif': '.tif',
  '.tiff': '.tif',
};

/** Their extensions as a message lists them. */
export const extensionsInWords = Object.keys(kinds).join(', ');

/** The kinds as a message names them. */
export const kindsInWords = 'PNG, JPEG, WebP, TIFF or BMP';

/** '.png', '.jpg', '.bmp', '.webp' or '.tif' for a file of that kind by its name; undefined for other names. */
export const kindOf = (file: string): string | undefined => kinds[extname(file).toLowerCase()];

/** Whether a file's extension is one that the lab reads and writes. */
export const isImageFile = (file: string) => kindOf(file) !== undefined;

/** The longest side in pixels that a kind of file holds. */
const longestSide: Readonly<Record<string, number>> = { '.webp': 16383, '.jpg': 65535, '.png': 2 ** 31 - 1 };
/** The most bytes of samples that a BMP file holds; its header counts them in 32 bits. */
const BMP_BYTES = 2 ** 32 - 2 ** 10;

/**
 * Throws an OptionError unless the file's extension is one that the lab writes, and one that holds a picture of this
 * size. `kind` is the kind where the name does not tell it, as for standard output.
 */
export function checkWritable(file: string, { width, height } = { width: 0, height: 0 }, kind = kindOf(file)): void {
  if (kind === undefined) throw new OptionError(`cannot write ${file}: use one of ${extensionsInWords}`);
  if (Math.max(width, height) > (longestSide[kind] ?? Infinity)) {
    throw new OptionError(
      `cannot write ${file}: ${width}x${height} is more than the ${longestSide[kind]} pixels ` +
        `per side that ${kind} can hold; use .png or .tif`,
    );
  }
  if (kind === '.bmp' && 4 * width * height > BMP_BYTES)
    throw new OptionError(
      `cannot write ${file}: ${width}x${height} is more than the 4 GB that .bmp can hold; use .png or .tif`,
    );
}
