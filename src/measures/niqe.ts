import { OptionError } from '../errors';
import type { Image, Plane } from '../image/image';
import { eigen } from './analysis/eigen';
import { checkSides, comparedSize, luminanceGrid } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';
import { type Multivariate, multivariateOf } from './analysis/multivariate';
import { BLOCK, blockFeatures, FEATURES } from './analysis/naturalScene';
import { niqeModel } from './analysis/niqeModel';

/**
 * Natural image quality evaluator, from 0 upwards, lower is more natural (Mittal et al., IEEE SPL 20(3), 2013): how far
 * the features of the picture's blocks of 96x96 lie from those of sharp blocks of natural pictures, on luminance. It
 * needs no truth.
 *
 * The model is the lab's own: scripts/fitNiqe.ts fitted it to the 200 training pictures of BSDS500, which are JPEGs.
 * The authors' model, of 125 other pictures, gives other numbers: do not compare these with published ones.
 * ImageTooSmallError for a side below 96, OptionError for fewer than two blocks that have structure.
 */
export function niqe(picture: Plane | Image, options: CompareOptions = {}): number {
  const { border = 0, dataRange = 255 } = options;
  const size = comparedSize(picture, picture, border);
  checkSides(size, BLOCK, 'NIQE');
  const rows = blockFeatures(luminanceGrid(picture, border, dataRange)).map(({ values }) => values);
  if (rows.length < 2)
    throw new OptionError(
      `NIQE needs two blocks of ${BLOCK}x${BLOCK} with structure, and ${size.width}x${size.height} has ` +
        `${rows.length}; leave it out for this picture`,
    );
  return distance(multivariateOf(rows), niqeModel());
}

/** Mahalanobis' distance of the means under the mean of the covariances, along what is not degenerate. */
function distance(a: Multivariate, b: Multivariate): number {
  const { values, vectors } = eigen(
    a.covariance.map((value, i) => (value + b.covariance[i]) / 2),
    FEATURES,
  );
  const least = FEATURES * Number.EPSILON * Math.max(...values);
  let sum = 0;
  for (let k = 0; k < FEATURES; k++) {
    if (values[k] <= least) continue;
    let along = 0;
    for (let j = 0; j < FEATURES; j++) along += vectors[j * FEATURES + k] * (a.mean[j] - b.mean[j]);
    sum += (along * along) / values[k];
  }
  return Math.sqrt(sum);
}

/** NIQE as a measure: the truth does not count. */
export const niqeMeasure: Measure = {
  name: 'niqe',
  title: 'NIQE',
  unit: '',
  better: 'lower',
  digits: 2,
  compare: (restored, truth, options) => {
    comparedSize(restored, truth, options?.border);
    return niqe(restored, options);
  },
};
