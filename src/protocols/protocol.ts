import { cropToScale, degrade, type Protocol } from '../data/degrade';
import { luminance, toRgb, toYCbCr } from '../image/color';
import type { Image, Plane } from '../image/image';
import { psnr } from '../measures/psnr';
import { ssim } from '../measures/ssim';
import type { Normalization } from '../network/network';

export interface Score {
  /** In dB. */
  psnr: number;
  ssim: number;
}

/** What turns a degraded luminance plane (0..255) into a better one. */
export type Restore = (degraded: Plane) => Promise<Plane>;

/**
 * A network as a step on planes of 0..255: normalised, predicted, brought back, rounded to whole numbers.
 * Values outside 0..255 are kept; protocol seed clips after conversion to RGB.
 */
export function restoreBy(predict: (input: Plane) => Promise<Plane>, { mean, deviation }: Normalization): Restore {
  return async (degraded) => {
    const input = new Float32Array(degraded.data.length);
    for (let i = 0; i < input.length; i++) input[i] = (degraded.data[i] / 255 - mean) / deviation;
    const output = await predict({ ...degraded, data: input });
    const data = new Float32Array(output.data.length);
    for (let i = 0; i < data.length; i++) data[i] = Math.round(255 * (output.data[i] * deviation + mean));
    return { ...output, data };
  };
}

export interface Scores {
  bicubic?: Score;
  srcnn?: Score;
}

export interface ScoreOptions {
  /** Whether bicubic is scored; true by default. */
  bicubic?: boolean;
  /** The network, where it is scored too. */
  restore?: Restore;
}

/** The scores of bicubic, and of the network where it is given, on one picture. */
export async function scorePicture(
  image: Image,
  protocol: Protocol,
  scale: number,
  { bicubic = true, restore }: ScoreOptions = {},
): Promise<Scores> {
  return protocol === 'seed' ? scoreSeed(image, scale, bicubic, restore) : scorePaper(image, scale, bicubic, restore);
}

async function scoreSeed(image: Image, scale: number, bicubic: boolean, restore?: Restore): Promise<Scores> {
  const pictures = await seedPictures(image, scale, { bicubic, restore });
  const score = (picture?: Image) =>
    picture && { psnr: psnr(pictures.original, picture), ssim: ssim(pictures.original, picture) };
  return { bicubic: score(pictures.bicubic), srcnn: score(pictures.restored) };
}

/** What protocol seed compares, in RGB: the original, bicubic's picture unless it is not wanted, and the network's where it is given. */
export async function seedPictures(
  image: Image,
  scale: number,
  { bicubic = true, restore }: ScoreOptions = {},
): Promise<{ original: Image; bicubic?: Image; restored?: Image }> {
  const { y, cb, cr } = toYCbCr(image, 'full');
  const degraded = degrade(y, { protocol: 'seed', scale });
  // The report gives bicubic degraded chroma, not blurred, and the network the true one.
  const chroma = (plane: Plane) => degrade(plane, { protocol: 'seed', scale, sigma: 0 });
  return {
    original: toRgb({ y, cb, cr }, 'full'),
    bicubic: bicubic ? toRgb({ y: degraded, cb: chroma(cb), cr: chroma(cr) }, 'full') : undefined,
    restored: restore && toRgb({ y: await restore(degraded), cb, cr }, 'full'),
  };
}

async function scorePaper(image: Image, scale: number, bicubic: boolean, restore?: Restore): Promise<Scores> {
  const truth = cropToScale(luminance(image, 'studio'), scale);
  const degraded = degrade(truth, { protocol: 'paper', scale });
  const score = (plane: Plane) => ({
    psnr: psnr(truth, plane, { border: scale }),
    ssim: ssim(truth, plane, { border: scale, window: 'gaussian11' }),
  });
  return { bicubic: bicubic ? score(degraded) : undefined, srcnn: restore && score(clip(await restore(degraded))) };
}

/** The plane with its values held to 0..255. */
export function clip(plane: Plane): Plane {
  return { ...plane, data: plane.data.map((value) => Math.min(255, Math.max(0, value))) };
}
