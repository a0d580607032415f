import { pillow } from '../degradations/pillow';
import { luminance, toYCbCr } from '../image/color';
import type { Image, Plane } from '../image/image';
import { pillowRgb } from '../image/pillowRgb';
import { resizePillow } from '../image/resize';
import { psnrMeasure } from '../measures/psnr';
import { ssimMeasure } from '../measures/ssim';
import { clipPlane, cropToScale, imageOf, planesOf, roundPlane } from './planes';
import type { Compared, CompareWith, Protocol } from './protocol';

/**
 * The example "Image Super-Resolution using an Efficient Sub-Pixel CNN" of keras.io: Pillow's bicubic of the RGB
 * picture without a blur, compared in RGB with the original resized to a multiple of the scale. The network's Y is
 * given bicubic's chroma. On the pictures 50 to 59 of BSDS500's test, at x3, bicubic has 26.7357 dB with the JPEG
 * decoder of libjpeg-turbo, and the published 26.6879 with that of libjpeg 7 to 9, which enlarges chroma otherwise.
 */
export const keras: Protocol = {
  name: 'keras',
  summary: "shrunk by Pillow; scored on RGB (keras.io's ESPCN example)",
  convention: 'full',
  degradation: { ...pillow, sigma: 0 },
  channels: 3,
  area: cropToScale,
  trainingSides: ({ width, height }) => ({ width, height }),
  compare,
  show: ({ truth, bicubic, network }) => ({
    original: truth as Image,
    bicubic: bicubic as Image,
    restored: network as Image,
  }),
  border: () => 0,
  measures: { psnr: psnrMeasure, ssim: ssimMeasure },
};

async function compare(image: Image, { scale, sigma, bicubic, restore }: CompareWith): Promise<Compared> {
  const planes = planesOf(image);
  const { width, height } = cropToScale(planes[0], scale);
  const enlarge = (plane: Plane) => resizePillow(plane, width, height);
  const small = planes.map((plane) => pillow.shrink(plane, scale, sigma));
  const enlarged = small.map(enlarge);
  return {
    truth: imageOf(planes.map(enlarge)),
    bicubic: bicubic ? imageOf(enlarged) : undefined,
    network: restore && (await restored()),
  };

  async function restored(): Promise<Image> {
    if (restore!.channels === 3)
      return imageOf(await restore!.restore({ small: () => small, enlarged: () => enlarged }));
    const { y, cb, cr } = toYCbCr(imageOf(small), 'full');
    const [luma] = await restore!.restore({
      small: () => [y],
      enlarged: () => [luminance(imageOf(enlarged), 'full')],
    });
    return pillowRgb({ y: clipPlane(roundPlane(luma)), cb: enlarge(cb), cr: enlarge(cr) });
  }
}
