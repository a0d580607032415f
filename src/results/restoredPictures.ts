import { cropToScale, degrade } from '../data/degrade';
import type { Engine } from '../engine/engine';
import { clip } from '../protocols/protocol';
import { psnr } from '../measures/psnr';
import { restoreImage } from '../evaluation/restoreImage';
import { toRgb, toYCbCr } from '../image/color';
import type { Image, Plane } from '../image/image';
import type { ResultRun } from './resultRun';
import { restoreWith } from '../evaluation/predict';


/** A picture as the run's protocol degrades it and as bicubic and the run's network bring it back, with their PSNR in dB under that protocol. */
export async function restoredPictures(image: Image, run: ResultRun, engine: Engine) {
  return run.protocol === 'seed' ? restoredSeed(image, run, engine) : restoredPaper(image, run, engine);
}

async function restoredSeed(image: Image, { model, scale }: ResultRun, engine: Engine) {
  const images = await restoreImage(image, { model, scale, engine });
  return { images, scores: { bicubic: psnr(images.original, images.bicubic), restored: psnr(images.original, images.restored) } };
}

async function restoredPaper(image: Image, { model, scale }: ResultRun, engine: Engine) {
  const { y, cb, cr } = toYCbCr(image, 'studio');
  const [luma, blue, red] = [y, cb, cr].map((plane) => cropToScale(plane, scale));
  const [degraded, lowBlue, lowRed] = [luma, blue, red].map((plane) => degrade(plane, { protocol: 'paper', scale }));
  const restored = clip(await restoreWith(model, engine)(degraded));
  const picture = (plane: Plane) => toRgb({ y: plane, cb: lowBlue, cr: lowRed }, 'studio');
  const score = (plane: Plane) => psnr(luma, plane, { border: scale });
  return {
    images: { original: toRgb({ y: luma, cb: blue, cr: red }, 'studio'), bicubic: picture(degraded), restored: picture(restored) },
    scores: { bicubic: score(degraded), restored: score(restored) },
  };
}
