import { basename } from 'node:path';
import { DatasetError, ImageTooSmallError, OptionError } from '../errors';
import { luminance } from '../image/color';
import { readImage } from '../image/files';
import type { Plane } from '../image/image';
import { checkScale, cropToScale, degrade, type Protocol } from './degrade';

/**
 * Training pairs as coordinates into 8-bit pictures: patch i is the square of `size` pixels at (x[i], y[i])
 * of pictures[picture[i]], `input` degraded and `target` as it was.
 */
export interface PatchSet {
  pictures: { input: Uint8Array; target: Uint8Array; width: number; height: number }[];
  picture: Uint16Array;
  x: Uint16Array;
  y: Uint16Array;
  size: number;
  count: number;
  scale: number;
  protocol: Protocol;
}

export interface PatchOptions {
  protocol?: Protocol;
  scale?: number;
  /** Standard deviation of the blur before shrinking, in pixels (protocol seed only). */
  sigma?: number;
  size?: number;
  stride?: number;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Reads and degrades pictures and lays out their patches, protocol `seed` over the top-left square as the report did.
 * A bad picture is skipped and listed; DatasetError when none is left.
 */
export async function preparePatches(files: string[], options: PatchOptions = {}): Promise<{ patches: PatchSet; skipped: { file: string; reason: string }[] }> {
  const { protocol = 'seed', scale = 3, sigma = 1, size = 32, stride = 13, onProgress } = options;
  checkScale(scale);
  if (!(Number.isInteger(size) && size > 0)) throw new OptionError(`size is ${size}; use a whole number above 0`);
  if (!(Number.isInteger(stride) && stride > 0)) throw new OptionError(`stride is ${stride}; use a whole number above 0`);
  const pictures: PatchSet['pictures'] = [];
  const corners: { picture: number; x: number; y: number }[] = [];
  const skipped: { file: string; reason: string }[] = [];
  for (const [index, file] of files.entries()) {
    try {
      const picture = preparePair(luminance(await readImage(file), protocol === 'seed' ? 'full' : 'studio'), { protocol, scale, sigma });
      if (Math.min(picture.width, picture.height) <= size) throw new ImageTooSmallError(`${basename(file)}: the ${picture.width}x${picture.height} pixels that can be used hold no patch of ${size}; leave it out, or use a smaller size`);
      // The report's range(0, side - size, stride) leaves out a last patch that would end flush with the edge.
      for (let y = 0; y < picture.height - size; y += stride) for (let x = 0; x < picture.width - size; x += stride) corners.push({ picture: pictures.length, x, y });
      pictures.push(picture);
    } catch (error) {
      skipped.push({ file, reason: (error as Error).message });
    }
    onProgress?.(index + 1, files.length);
  }
  if (!corners.length) throw new DatasetError(`no patches: ${skipped.length ? skipped.map(({ reason }) => reason).join('; ') : 'no files were given'}`);
  const column = (name: 'picture' | 'x' | 'y') => Uint16Array.from(corners, (corner) => corner[name]);
  return { patches: { pictures, picture: column('picture'), x: column('x'), y: column('y'), size, count: corners.length, scale, protocol }, skipped };
}

function preparePair(plane: Plane, options: { protocol: Protocol; scale: number; sigma: number }): PatchSet['pictures'][number] {
  const whole = options.protocol === 'seed' ? plane : cropToScale(plane, options.scale);
  const degraded = degrade(whole, options);
  const side = Math.floor(Math.min(plane.width, plane.height) / 8) * 8;
  const { width, height } = options.protocol === 'seed' ? { width: side, height: side } : whole;
  return { input: topLeft(degraded, width, height), target: topLeft(whole, width, height), width, height };
}

function topLeft(plane: Plane, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[y * width + x] = plane.data[y * plane.width + x];
  }
  return out;
}
