import { blockOf, frequenciesOf } from './dct';
import type { FrequencyLoss } from './loss';

/** JPEG's quantisation of luminance (ITU-T T.81, table K.1), [vertical][horizontal]: what the eye tolerates. */
const QUANTISATION = [
  [16, 11, 10, 16, 24, 40, 51, 61],
  [12, 12, 14, 19, 26, 58, 60, 55],
  [14, 13, 16, 24, 40, 57, 69, 56],
  [14, 17, 22, 29, 51, 87, 80, 62],
  [18, 22, 37, 56, 68, 109, 103, 77],
  [24, 35, 55, 64, 81, 104, 113, 92],
  [49, 64, 78, 87, 103, 121, 120, 101],
  [72, 92, 95, 98, 112, 100, 103, 99],
].flat();

/**
 * Frequency domain perceptual loss (Sims 2020, arXiv 2007.12296): the squared error of the orthonormal DCT of 8x8
 * blocks, each frequency divided by its step in JPEG's luminance table and multiplied by how much the degradation
 * changes it. The paper adds up; here the weights' mean is 1 and the loss a mean over outputs, so that errors without a
 * pattern cost what they cost as MSE, and its learning rates fit.
 */
export const fdpl: FrequencyLoss = {
  kind: 'frequencies',
  weights: (change = QUANTISATION.map(() => 1)) => {
    const weights = QUANTISATION.map((step, i) => change[i] / step);
    const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
    return Float64Array.from(weights, (weight) => weight / mean);
  },
  value: (errors, weights) => frequenciesOf(errors).reduce((sum, value, i) => sum + weights[i] * value * value, 0),
  slopes: (errors, weights) => blockOf(frequenciesOf(errors).map((value, i) => 2 * weights[i] * value)),
};
