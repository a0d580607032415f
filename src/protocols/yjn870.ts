import { pillow } from '../degradations/pillow';
import { toRgb, toYCbCr } from '../image/color';
import type { Image, Plane } from '../image/image';
import { resizePillow } from '../image/resize';
import { psnrMeasure } from '../measures/psnr';
import { ssimMeasure } from '../measures/ssim';
import { clipPlane, cropToScale, imageOf, planesOf } from './planes';
import type { Compared, CompareWith, Protocol } from './protocol';

/**
 * yjn870/SRCNN-pytorch and its many copies: the RGB picture resized to a multiple of the scale, then shrunk and
 * enlarged by Pillow's bicubic without a blur; scores on Y of 16..235 in real numbers, over the whole picture.
 */
export const yjn870: Protocol = {
  name: 'yjn870',
  summary: 'shrunk by Pillow; scored on Y with the border (yjn870/SRCNN-pytorch)',
  convention: 'studio',
  degradation: { ...pillow, sigma: 0 },
  channels: 1,
  area: cropToScale,
  trainingSides: ({ width, height }) => ({ width, height }),
  compare,
  show: ({ truth, bicubic, network }, image, scale) => {
    const { width, height } = truth;
    const { cb, cr } = toYCbCr(imageOf(planesOf(image).map((plane) => resizePillow(plane, width, height))), 'studio');
    const low = { cb: pillow.degrade(cb, scale, 0), cr: pillow.degrade(cr, scale, 0) };
    return {
      original: toRgb({ y: truth as Plane, cb, cr }, 'studio'),
      bicubic: toRgb({ y: bicubic as Plane, ...low }, 'studio'),
      restored: toRgb({ y: network as Plane, ...low }, 'studio'),
    };
  },
  border: () => 0,
  measures: { psnr: psnrMeasure, ssim: ssimMeasure },
};

async function compare(image: Image, { scale, sigma, bicubic, restore }: CompareWith): Promise<Compared> {
  const original = planesOf(image);
  const { width, height } = cropToScale(original[0], scale);
  const planes = original.map((plane) => resizePillow(plane, width, height));
  const small = () => planes.map((plane) => pillow.shrink(plane, scale, sigma));
  const enlarged = planes.map((plane) => pillow.degrade(plane, scale, sigma));
  return {
    truth: realLuminance(planes),
    bicubic: bicubic ? realLuminance(enlarged) : undefined,
    network: restore && (await restored()),
  };

  async function restored(): Promise<Plane> {
    if (restore!.channels === 3)
      return realLuminance((await restore!.restore({ small, enlarged: () => enlarged }, 'real')).map(clipPlane));
    const luma = { small: () => [realLuminance(small())], enlarged: () => [realLuminance(enlarged)] };
    const [y] = await restore!.restore(luma, 'real');
    return clipPlane(y);
  }
}

/** Its own coefficients, those of ITU-R BT.601 in 256ths; nothing is rounded. */
function realLuminance([red, green, blue]: Plane[]): Plane {
  const data = red.data.map(
    (value, i) => 16 + (64.738 * value + 129.057 * green.data[i] + 25.064 * blue.data[i]) / 256,
  );
  return { ...red, data };
}
