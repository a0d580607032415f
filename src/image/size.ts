import { open, stat } from 'node:fs/promises';
import sharp from 'sharp';
import { ImageFileError } from '../errors';

/** The most pixels that the decoder takes, libvips' own limit: 16383 x 16383. */
const MOST_PIXELS = 0x3fff ** 2;

/**
 * The size that a file's header gives, or undefined if the decoder must read the whole file first (BMP, damaged files).
 * Throws ImageFileError for a picture of more pixels than are read.
 */
export async function readSize(file: string): Promise<{ width: number; height: number } | undefined> {
  if (!(await stat(file).catch(() => null))?.isFile() || (await isBmp(file))) return undefined;
  const about = await sharp(file, { limitInputPixels: false, failOn: 'none' })
    .metadata()
    .catch(() => null);
  if (!about) return undefined;
  const { width, height } = about;
  if (width * height > MOST_PIXELS)
    throw new ImageFileError(
      `${file} has ${width}x${height} pixels, ${Math.round((width * height) / 1e6)} million; up to ` +
        `${Math.floor(MOST_PIXELS / 1e6)} million are read: cut it into parts and enlarge each`,
    );
  // EXIF may say that the picture lies on its side.
  return about.orientation !== undefined && about.orientation > 4
    ? { width: height, height: width }
    : { width, height };
}

async function isBmp(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => null);
  // Why it cannot be read is said where it is read.
  if (!handle) return false;
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('latin1') === 'BM';
  } finally {
    await handle.close();
  }
}
