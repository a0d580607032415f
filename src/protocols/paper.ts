import { matlab } from '../degradations/matlab';
import { luminance, toRgb, toYCbCr } from '../image/color';
import type { Image, Plane } from '../image/image';
import { psnrMeasure } from '../measures/psnr';
import { ssimMeasure } from '../measures/ssim';
import { clipPlane, imageOf, cropToScale, planesOf, roundPlane } from './planes';
import type { Compared, CompareWith, Protocol, RestoredImages } from './protocol';

/**
 * MATLAB's imresize of a picture cropped to a multiple of the scale; scores on Y without `scale` pixels at each edge.
 */
export const paper: Protocol = {
  name: 'paper',
  summary: 'Dong et al.: Y without the border',
  convention: 'studio',
  degradation: matlab,
  area: cropToScale,
  trainingSides: ({ width, height }) => ({ width, height }),
  compare,
  show,
  border: (scale) => scale,
  measures: { psnr: psnrMeasure, ssim: ssimMeasure },
};

async function compare(image: Image, { scale, sigma, bicubic, restore }: CompareWith): Promise<Compared> {
  const truth = cropToScale(luminance(image, 'studio'), scale);
  return {
    truth,
    bicubic: bicubic ? matlab.degrade(truth, scale, sigma) : undefined,
    network: restore && (await restored()),
  };

  async function restored(): Promise<Plane> {
    const rgb = restore!.channels === 3;
    const planes = rgb ? planesOf(image).map((plane) => cropToScale(plane, scale)) : [truth];
    const out = await restore!.restore({
      small: () => planes.map((plane) => matlab.shrink(plane, scale, sigma)),
      enlarged: () => planes.map((plane) => matlab.degrade(plane, scale, sigma)),
    });
    return rgb ? luminance(imageOf(out), 'studio') : clipPlane(roundPlane(out[0]));
  }
}

/** Luminance as it is compared, with the true chroma for the original and bicubic's for the others. */
function show({ truth, bicubic, network }: Required<Compared>, image: Image, scale: number): RestoredImages {
  const { cb, cr } = toYCbCr(image, 'studio');
  const [blue, red] = [cb, cr].map((plane) => cropToScale(plane, scale));
  const [lowBlue, lowRed] = [blue, red].map((plane) => matlab.degrade(plane, scale, 0));
  const picture = (y: Plane | Image) => toRgb({ y: y as Plane, cb: lowBlue, cr: lowRed }, 'studio');
  return {
    original: toRgb({ y: truth as Plane, cb: blue, cr: red }, 'studio'),
    bicubic: picture(bicubic),
    restored: picture(network),
  };
}
