import { toYCbCr } from '../../image/color';
import type { Image, Plane } from '../../image/image';
import type { Measure } from '../../measures/measure';
import { meanSquaredError, psnrMeasure } from '../../measures/psnr';

type Channel = 'y' | 'cb' | 'cr';

/** Squared error of one of MATLAB's Y, Cb and Cr of two RGB pictures. */
function errorOf(channel: Channel, a: Plane | Image, b: Plane | Image, border?: number): number {
  const [one, other] = [a, b].map((picture) => toYCbCr(picture as Image, 'studio')[channel]);
  return meanSquaredError(one, other, border);
}

const decibels = (error: number) => 10 * Math.log10(255 ** 2 / error);

const of = (channel: Channel, title: string): Measure => ({
  ...psnrMeasure,
  name: `psnr-${channel}`,
  title,
  compare: (restored, truth, { border } = {}) => decibels(errorOf(channel, restored, truth, border)),
});

/**
 * PSNR of MATLAB's Y, Cb and Cr, of these three together, and of red, green and blue. What Dong et al. print for the
 * "RGB color image" lies above the PSNR of its Y, as only the error over Y, Cb and Cr does.
 */
export const colourMeasures: readonly Measure[] = [
  of('y', 'Y'),
  of('cb', 'Cb'),
  of('cr', 'Cr'),
  {
    ...psnrMeasure,
    name: 'psnr-ycbcr',
    title: 'YCbCr',
    compare: (restored, truth, { border } = {}) => {
      const errors = (['y', 'cb', 'cr'] as const).map((channel) => errorOf(channel, restored, truth, border));
      return decibels(errors.reduce((sum, error) => sum + error, 0) / 3);
    },
  },
  { ...psnrMeasure, name: 'psnr-rgb', title: 'RGB' },
];
