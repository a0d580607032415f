import type { Image, Plane } from '../image/image';
import { checkSides, luminancePair } from './analysis/grid';
import { bandModels } from './analysis/information';
import type { CompareOptions, Measure } from './measure';

/** Variance of the visual noise, for values of 0..255. */
const VISUAL = 0.4;

/**
 * Visual information fidelity (Sheikh and Bovik, IEEE TIP 15(2), 2006): the information that an eye can draw from the
 * restored picture about the truth, as a share of what it can draw from the truth itself, in eight bands of a steerable
 * pyramid, on luminance. 1 for equal pictures, 0 without any, above 1 for more contrast; 1 where the truth is constant
 * and holds none. As the authors' vifvec computes it. ImageTooSmallError for a side below 65.
 *
 * VIFp (`vifp`) is its cheaper form over pixels and gives other numbers.
 */
export function vif(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  const [original, compared] = luminancePair(restored, truth, options);
  checkSides(original, 65, 'VIF');
  let kept = 0,
    all = 0;
  for (const { gain, noise, field, eigenvalues } of bandModels(original, compared))
    for (let i = 0; i < gain.length; i++)
      for (const eigenvalue of eigenvalues) {
        const signal = field[i] * eigenvalue;
        kept += Math.log2(1 + (gain[i] * gain[i] * signal) / (noise[i] + VISUAL));
        all += Math.log2(1 + signal / VISUAL);
      }
  return all === 0 ? 1 : kept / all;
}

/** VIF as a measure. */
export const vifMeasure: Measure = {
  name: 'vif',
  title: 'VIF',
  unit: '',
  better: 'higher',
  digits: 4,
  compare: vif,
};
