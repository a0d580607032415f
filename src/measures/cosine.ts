import type { Image, Plane } from '../image/image';
import { channelGrids, comparedSize } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/**
 * Cosine of the angle between two pictures as vectors of all their samples, 0..1, 1 for pictures that differ in
 * brightness by a factor only. 1 for two black pictures, 0 where one is black. It needs float64: photographs often
 * differ in the third digit only.
 */
export function cosine(
  restored: Plane | Image,
  truth: Plane | Image,
  { border = 0 }: Pick<CompareOptions, 'border'> = {},
): number {
  comparedSize(restored, truth, border);
  const theirs = channelGrids(truth, border);
  let product = 0,
    a = 0,
    b = 0;
  for (const [channel, { data }] of channelGrids(restored, border).entries()) {
    for (let i = 0; i < data.length; i++) {
      const p = data[i],
        q = theirs[channel].data[i];
      product += p * q;
      a += p * p;
      b += q * q;
    }
  }
  if (a === 0 || b === 0) return a === b ? 1 : 0;
  return product / Math.sqrt(a * b);
}

/** Cosine similarity as a measure, over all channels. */
export const cosineMeasure: Measure = {
  name: 'cosine',
  title: 'Cosine similarity',
  unit: '',
  better: 'higher',
  digits: 4,
  compare: cosine,
};
