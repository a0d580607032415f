import type { Image, Plane } from '../image/image';
import { fourier, inverse } from './analysis/fourier';
import { type Grid, checkSides, emptyGrid, luminancePair } from './analysis/grid';
import { keepLatest } from './analysis/latest';
import { type Direction, logGaborFilters } from './analysis/logGabor';
import type { CompareOptions, Measure } from './measure';

// The constants of the authors, for values of 0..255.
const PHASE_STABILITY = 0.85;
const GRADIENT_STABILITY = 160;
/** Against a division by nothing where there is no structure, as in the authors' code. */
const NOTHING = 1e-4;

/**
 * Feature similarity, 0..1, 1 for equal pictures (Zhang et al., IEEE TIP 20(8), 2011): how alike phase congruency and
 * Scharr's gradients are, weighted by phase congruency, on luminance: FSIM, not the FSIMc of colour. A picture whose
 * smaller side is 384 or more is shrunk by the mean, so that the side comes nearest to 256. 1 where neither picture has
 * any structure. ImageTooSmallError for a side below 8.
 *
 * piq and pyiqa agree on sides below 640; from three times on, the authors average around each sample that is kept, as
 * here, where the packages average the samples from it on.
 */
export function fsim(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  const pair = luminancePair(restored, truth, options);
  checkSides(pair[0], 8, 'FSIM');
  const factor = Math.max(1, Math.round(Math.min(pair[0].width, pair[0].height) / 256));
  const grids = pair.map((grid) => shrink(grid, factor));
  const [a, b] = [phaseOfTruth(grids[0]), phaseCongruency(grids[1])];
  const [p, q] = grids.map((grid) => squaredGradients(grid).data);
  let sum = 0,
    weights = 0;
  for (let i = 0; i < a.length; i++) {
    const phase = (2 * a[i] * b[i] + PHASE_STABILITY) / (a[i] ** 2 + b[i] ** 2 + PHASE_STABILITY);
    const gradient = (2 * Math.sqrt(p[i] * q[i]) + GRADIENT_STABILITY) / (p[i] + q[i] + GRADIENT_STABILITY);
    const weight = Math.max(a[i], b[i]);
    sum += phase * gradient * weight;
    weights += weight;
  }
  return weights === 0 ? 1 : sum / weights;
}

/** Means over factor x factor samples around every factor-th one, zeros outside. */
function shrink(grid: Grid, factor: number): Grid {
  if (factor === 1) return grid;
  const { data, width, height } = grid;
  const out = emptyGrid(Math.ceil(width / factor), Math.ceil(height / factor));
  const before = factor - 1 - Math.floor(factor / 2);
  for (let i = 0; i < out.data.length; i++) {
    const left = (i % out.width) * factor - before,
      top = Math.floor(i / out.width) * factor - before;
    for (let y = Math.max(0, top); y < Math.min(height, top + factor); y++)
      for (let x = Math.max(0, left); x < Math.min(width, left + factor); x++) out.data[i] += data[y * width + x];
    out.data[i] /= factor * factor;
  }
  return out;
}

/** Phase congruency (Kovesi's phasecong2): energy above the noise over amplitude, summed over four directions. */
function phaseCongruency({ data, width, height }: Grid): Float64Array {
  const spectrum = fourier(data, width, height);
  const energy = new Float64Array(data.length),
    amplitude = new Float64Array(data.length);
  for (const direction of logGaborFilters(width, height)) {
    const responses = direction.filters.map((filter) => {
      return inverse({ re: product(spectrum.re, filter), im: product(spectrum.im, filter), width, height });
    });
    addDirection(responses, noiseThreshold(responses[0], direction), energy, amplitude);
  }
  return energy.map((value, i) => (value === 0 ? 0 : value / amplitude[i]));
}

const phaseOfTruth = keepLatest(phaseCongruency);

function product(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < out.length; i++) out[i] = a[i] * b[i];
  return out;
}

type Response = { re: Float64Array; im: Float64Array };

function addDirection(responses: Response[], noise: number, energy: Float64Array, amplitude: Float64Array): void {
  for (let i = 0; i < energy.length; i++) {
    let even = 0,
      odd = 0;
    for (const { re, im } of responses) {
      even += re[i];
      odd += im[i];
      amplitude[i] += Math.sqrt(re[i] * re[i] + im[i] * im[i]);
    }
    const length = Math.sqrt(even * even + odd * odd) + NOTHING;
    even /= length;
    odd /= length;
    let along = 0;
    for (const { re, im } of responses) along += re[i] * even + im[i] * odd - Math.abs(re[i] * odd - im[i] * even);
    energy[i] += Math.max(0, along - noise);
  }
}

/** The energy that noise is expected to reach, from the median energy of the finest filter. */
function noiseThreshold({ re, im }: Response, { noise }: Direction): number {
  const squared = new Float64Array(re.length);
  for (let i = 0; i < re.length; i++) squared[i] = re[i] * re[i] + im[i] * im[i];
  squared.sort();
  const middle = squared.length / 2;
  const median = (squared[Math.ceil(middle) - 1] + squared[Math.floor(middle)]) / 2;
  const tau = Math.sqrt((-median / Math.log(0.5)) * noise * 0.5);
  const mean = tau * Math.sqrt(Math.PI / 2),
    deviation = tau * Math.sqrt(2 - Math.PI / 2);
  // Kovesi's empirical factor for this form of phase congruency.
  return (mean + 2 * deviation) / 1.7;
}

/** The squared length of Scharr's gradient, zeros around the picture. */
function squaredGradients({ data, width, height }: Grid): Grid {
  const stride = width + 2;
  const padded = new Float64Array(stride * (height + 2));
  for (let y = 0; y < height; y++) padded.set(data.subarray(y * width, (y + 1) * width), (y + 1) * stride + 1);
  const out = emptyGrid(width, height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0, at = y * stride; x < width; x++, at++, i++) {
      const middle = at + stride,
        below = middle + stride;
      const corners = padded[at] - padded[below + 2],
        others = padded[at + 2] - padded[below];
      const across = 3 * (corners - others) + 10 * (padded[middle] - padded[middle + 2]);
      const down = 3 * (corners + others) + 10 * (padded[at + 1] - padded[below + 1]);
      out.data[i] = (across * across + down * down) / 256;
    }
  return out;
}

/** FSIM as a measure. */
export const fsimMeasure: Measure = {
  name: 'fsim',
  title: 'FSIM',
  unit: '',
  better: 'higher',
  digits: 4,
  compare: fsim,
};
