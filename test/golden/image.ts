import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image, Plane } from '../../src/image/image';

interface Golden {
  width: number;
  height: number;
  rgb: string;
  full: string[];
  colorGrid: string[];
  blur: { sigma: number; data: string }[];
  resize: { width: number; height: number; data: string }[];
}

/** Numbers of Pillow and scipy, made by makeImageGolden.py. */
export const golden: Golden = JSON.parse(readFileSync(join(__dirname, 'image.json'), 'utf8'));

export const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

export const goldenImage = (): Image => ({
  data: bytesOf(golden.rgb),
  width: golden.width,
  height: golden.height,
  channels: 3,
});

export const goldenLuminance = (): Plane => ({
  data: Float32Array.from(bytesOf(golden.full[0])),
  width: golden.width,
  height: golden.height,
});

/** How many samples differ, and by how much at most. */
export function difference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { samples: number; largest: number; different: number } {
  if (a.length !== b.length) throw new Error(`${a.length} samples against ${b.length}`);
  let [largest, different] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const distance = Math.abs(a[i] - b[i]);
    largest = Math.max(largest, distance);
    if (distance > 0) different++;
  }
  return { samples: a.length, largest, different };
}
