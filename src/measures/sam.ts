import { OptionError } from '../errors';
import type { Image, Plane } from '../image/image';
import { channelGrids, comparedSize } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/**
 * Spectral angle mapper in degrees, 0 for the same colours, at most 180 (Yuhas et al., JPL Airborne Geoscience
 * Workshop, 1992): the angle between the colours of a pixel, taken as vectors, averaged over pixels. It needs colour:
 * OptionError for grey pictures. Black has no direction: 0 where both pixels are black, 90 where one is.
 *
 * torchmetrics computes the same, in radians. sewar and image-similarity-measures take the angle between whole
 * channels instead: the paper's definition is followed here.
 */
export function sam(
  restored: Plane | Image,
  truth: Plane | Image,
  { border = 0 }: Pick<CompareOptions, 'border'> = {},
): number {
  const { width, height, channels } = comparedSize(restored, truth, border);
  if (channels === 1) throw new OptionError('SAM compares colours: give RGB pictures, or leave it out for grey ones');
  const [ours, theirs] = [channelGrids(restored, border), channelGrids(truth, border)];
  let sum = 0;
  for (let i = 0; i < width * height; i++) {
    let product = 0,
      a = 0,
      b = 0;
    for (let channel = 0; channel < channels; channel++) {
      const p = ours[channel].data[i],
        q = theirs[channel].data[i];
      product += p * q;
      a += p * p;
      b += q * q;
    }
    sum += angle(product, a, b);
  }
  return (180 / Math.PI) * (sum / (width * height));
}

function angle(product: number, a: number, b: number): number {
  if (a === 0 && b === 0) return 0;
  if (a === 0 || b === 0) return Math.PI / 2;
  return Math.acos(Math.min(1, Math.max(-1, product / Math.sqrt(a * b))));
}

/** SAM as a measure, for colour only. */
export const samMeasure: Measure = {
  name: 'sam',
  title: 'SAM',
  unit: '°',
  better: 'lower',
  needsColour: true,
  digits: 3,
  compare: sam,
};
