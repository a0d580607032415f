import { basename } from 'node:path';
import { ImageTooSmallError } from '../errors';
import { luminance } from '../image/color';
import { readImage } from '../image/files';
import type { Plane } from '../image/image';
import { cropToScale, degrade, type Protocol } from './degrade';

/** The 8-bit luminance of a picture, degraded and as it was. */
export interface Pair {
  input: Uint8Array;
  target: Uint8Array;
  width: number;
  height: number;
}

export interface PairJob {
  file: string;
  protocol: Protocol;
  scale: number;
  sigma: number;
  /** The side of the patches it must hold. */
  size: number;
}

/** Reads and degrades one picture; ImageTooSmallError when it holds no patch. */
export async function preparePair({ file, size, ...options }: PairJob): Promise<Pair> {
  const pair = pairOf(luminance(await readImage(file), options.protocol === 'seed' ? 'full' : 'studio'), options);
  if (Math.min(pair.width, pair.height) <= size) {
    throw new ImageTooSmallError(`${basename(file)}: the ${pair.width}x${pair.height} pixels that can be used hold no patch of ${size}; leave it out, or use a smaller size`);
  }
  return pair;
}

/** Protocol seed uses the top-left square whose side is a multiple of 8, as the report did, but degrades the whole picture. */
function pairOf(plane: Plane, options: { protocol: Protocol; scale: number; sigma: number }): Pair {
  const whole = options.protocol === 'seed' ? plane : cropToScale(plane, options.scale);
  const degraded = degrade(whole, options);
  const side = Math.floor(Math.min(plane.width, plane.height) / 8) * 8;
  const { width, height } = options.protocol === 'seed' ? { width: side, height: side } : whole;
  return { input: topLeft(degraded, width, height), target: topLeft(whole, width, height), width, height };
}

function topLeft(plane: Plane, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0, from = y * plane.width; x < width; x++) out[at++] = plane.data[from++];
  }
  return out;
}
