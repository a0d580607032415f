import type { Image, Plane } from '../image/image';
import { everySecond, filterInside, gaussian, product } from './analysis/filter';
import { type Grid, checkSides, luminancePair } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/** Variance of the visual noise, for values of 0..255. */
const NOISE = 2;

/** Below this a variance counts as none. */
const NONE = 1e-10;

/**
 * Visual information fidelity in the pixel domain (VIFp; Sheikh and Bovik's vifp_mscale, the multi-scale form of IEEE
 * TIP 15(2), 2006): the share of the truth's information that the restored picture still holds, over four scales of
 * Gaussian windows, on luminance. 1 for equal pictures, 0 without any of it, above 1 for more contrast; 1 where the
 * truth is constant and holds none. ImageTooSmallError for a side below 41.
 *
 * Not the same number as VIF, which takes a steerable pyramid. sewar and piq agree with the authors' code.
 */
export function vifp(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  let [original, compared] = luminancePair(restored, truth, options);
  checkSides(original, 41, 'VIFp');
  let kept = 0,
    all = 0;
  for (const side of [17, 9, 5, 3]) {
    const window = gaussian(side, side / 5);
    if (side < 17) [original, compared] = [original, compared].map((grid) => everySecond(filterInside(grid, window)));
    const information = informationOf(original, compared, window);
    kept += information.kept;
    all += information.all;
  }
  return all === 0 ? 1 : kept / all;
}

function informationOf(original: Grid, compared: Grid, window: Float64Array): { kept: number; all: number } {
  const mean = (grid: Grid) => filterInside(grid, window).data;
  const [a, b] = [mean(original), mean(compared)];
  const [aa, bb] = [mean(product(original, original)), mean(product(compared, compared))];
  const ab = mean(product(original, compared));
  let kept = 0,
    all = 0;
  for (let i = 0; i < a.length; i++) {
    const signal = Math.max(0, aa[i] - a[i] * a[i]);
    if (signal < NONE) continue;
    const own = Math.max(0, bb[i] - b[i] * b[i]),
      shared = ab[i] - a[i] * b[i];
    all += Math.log2(1 + signal / NOISE);
    const gain = own < NONE ? 0 : shared / (signal + NONE);
    if (gain <= 0) continue;
    const rest = Math.max(NONE, own - gain * shared);
    kept += Math.log2(1 + (gain * gain * signal) / (rest + NOISE));
  }
  return { kept, all };
}

/** VIFp as a measure. */
export const vifpMeasure: Measure = {
  name: 'vifp',
  title: 'VIFp',
  unit: '',
  better: 'higher',
  digits: 4,
  compare: vifp,
};
