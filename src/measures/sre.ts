import type { Image, Plane } from '../image/image';
import { channelGrids, comparedSize, meanOf } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/**
 * Signal to reconstruction error ratio in dB (Lanaras et al., ISPRS Journal 146, 2018): 10 log10 of the squared mean of
 * the truth over the mean squared error, averaged over channels. Infinity where a channel is restored without error,
 * unless it is black; -Infinity for a black truth restored otherwise, 0 for black restored as black.
 *
 * The Python package image-similarity-measures divides by the root of the squared error over the number of pixels,
 * which is not the paper's formula and grows with the picture: the paper is followed here.
 */
export function sre(
  restored: Plane | Image,
  truth: Plane | Image,
  { border = 0 }: Pick<CompareOptions, 'border'> = {},
): number {
  comparedSize(restored, truth, border);
  const compared = channelGrids(restored, border);
  const ratios = channelGrids(truth, border).map(({ data }, channel) => {
    const signal = meanOf(data) ** 2;
    const error = meanOf(data.map((value, i) => (value - compared[channel].data[i]) ** 2));
    return signal === 0 && error === 0 ? 0 : 10 * Math.log10(signal / error);
  });
  // Infinities of both signs have no mean: the worse counts.
  return ratios.includes(-Infinity) ? -Infinity : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
}

/** SRE as a measure. */
export const sreMeasure: Measure = {
  name: 'sre',
  title: 'SRE',
  unit: 'dB',
  better: 'higher',
  digits: 2,
  compare: sre,
};
