import type { Image, Plane } from '../image/image';
import { checkSides, luminancePair } from './analysis/grid';
import { type BandModel, bandModels } from './analysis/information';
import type { CompareOptions, Measure } from './measure';

/** So that a restoration without noise is not infinite, as in the authors' code. */
const NO_NOISE = 1e-10;

/**
 * Information fidelity criterion in bits for each pixel, from 0 upwards (Sheikh, Bovik and de Veciana, IEEE TIP 14(12),
 * 2005): the information that the restored picture shares with the truth in eight bands of a steerable pyramid, on
 * luminance. Equal pictures have a large finite number; a constant picture, which holds no information, has 0. As the
 * authors' ifcvec computes it, with whom the field's tables agree. ImageTooSmallError for a side below 65.
 */
export function ifc(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  const [original, compared] = luminancePair(restored, truth, options);
  checkSides(original, 65, 'IFC');
  const bits = bandModels(original, compared).reduce((sum, band) => sum + sharedBits(band), 0);
  return bits / (original.width * original.height);
}

function sharedBits({ gain, noise, field, eigenvalues }: BandModel): number {
  let bits = 0;
  for (let i = 0; i < gain.length; i++) {
    const signal = (gain[i] * gain[i] * field[i]) / (noise[i] + NO_NOISE);
    for (const eigenvalue of eigenvalues) bits += Math.log2(1 + signal * eigenvalue);
  }
  return bits;
}

/** IFC as a measure. */
export const ifcMeasure: Measure = {
  name: 'ifc',
  title: 'IFC',
  unit: '',
  better: 'higher',
  digits: 2,
  compare: ifc,
};
