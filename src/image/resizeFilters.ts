// Which samples of a row or column each sample of the resized one comes from, and with which weights.
import { reflect } from './blur';

/** Keys' cubic with a = -0.5, which Pillow and MATLAB both call bicubic. */
function cubic(position: number): number {
  const x = Math.abs(position);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
  return 0;
}

/** The input positions and weights of each output sample, `taps` places for each, of which `counts` are used. */
export interface Filter {
  taps: number;
  counts: Int32Array;
  positions: Int32Array;
  weights: Float64Array;
}

/** A filter whose rows are still to be filled. */
function emptyFilter(to: number, taps: number): Filter {
  return {
    taps,
    counts: new Int32Array(to),
    positions: new Int32Array(to * taps),
    weights: new Float64Array(to * taps),
  };
}

/** Pillow's 8-bit weights are whole multiples of 2^-22 (PRECISION_BITS = 32 - 8 - 2 in libImaging/Resample.c). */
export const pillowOne = 2 ** 22;

/**
 * libImaging/Resample.c precompute_coeffs: the support is cut at the border, the remaining weights are normalised and
 * then made whole numbers.
 */
export function pillowFilter(from: number, to: number): Filter {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = 2 * stretch;
  const filter = emptyFilter(to, Math.ceil(support) * 2 + 1);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), from) - first;
    const start = i * filter.taps;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      filter.positions[start + k] = first + k;
      sum += filter.weights[start + k] = cubic((k + first - center + 0.5) * (1 / stretch));
    }
    for (let k = start; k < start + count; k++) {
      const scaled = filter.weights[k] * (1 / sum) * pillowOne;
      filter.weights[k] = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    }
    filter.counts[i] = count;
  }
  return filter;
}

/** MATLAB's imresize contributions: all taps kept, positions outside reflected into the picture. */
export function matlabFilter(from: number, to: number): Filter {
  const scale = to / from;
  const shrink = Math.min(scale, 1);
  const width = 4 / shrink;
  const filter = emptyFilter(to, Math.ceil(width) + 2);
  for (let i = 0; i < to; i++) {
    const center = (i + 1) / scale + 0.5 * (1 - 1 / scale);
    const left = Math.floor(center - width / 2);
    let sum = 0,
      next = i * filter.taps;
    for (let k = 0; k < Math.ceil(width) + 2; k++) {
      const weight = shrink * cubic(shrink * (center - left - k));
      // Most rows begin or end with a weight of 0, which adds nothing.
      if (weight === 0) continue;
      filter.positions[next] = reflect(left + k - 1, from);
      sum += filter.weights[next++] = weight;
    }
    filter.counts[i] = next - i * filter.taps;
    for (let k = i * filter.taps; k < next; k++) filter.weights[k] /= sum;
  }
  return filter;
}
