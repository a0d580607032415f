import { OptionError } from '../errors';
import { reflect } from './blur';
import type { Plane } from './image';

/** Keys' cubic with a = -0.5, which Pillow and MATLAB both call bicubic. */
function cubic(position: number): number {
  const x = Math.abs(position);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
  return 0;
}

/** The input positions and weights of each output sample, `taps` places for each: `counts` of them are used, the others weigh nothing. */
interface Filter {
  /** A multiple of 4. */
  taps: number;
  counts: Int32Array;
  positions: Int32Array;
  weights: Float64Array;
}

/** How a sum becomes a sample: Pillow's whole weights divided out and 8 bits, 8 bits, or left as it is. */
type Rounding = 'pillow' | 'byte' | 'none';

/** Pillow's 8-bit weights are whole multiples of 2^-22 (PRECISION_BITS = 32 - 8 - 2 in libImaging/Resample.c). */
const pillowOne = 2 ** 22;

/** Rounds in place, halves upwards. */
function finish(values: Float64Array, rounding: Rounding): void {
  if (rounding === 'none') return;
  const unit = rounding === 'pillow' ? 1 / pillowOne : 1;
  for (let i = 0; i < values.length; i++) {
    const value = Math.floor(values[i] * unit + 0.5);
    values[i] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

/** One output sample's input positions and weights. */
interface Contribution {
  positions: number[];
  weights: number[];
}

/** Weights of 0 at either end are left out: they add nothing, in whichever order. */
function packFilter(contributions: Contribution[]): Filter {
  const trimmed = contributions.map(({ positions, weights }) => {
    const first = weights.findIndex((weight) => weight !== 0);
    const end = weights.findLastIndex((weight) => weight !== 0) + 1;
    return { positions: positions.slice(first, end), weights: weights.slice(first, end) };
  });
  const taps = Math.ceil(trimmed.reduce((most, { weights }) => Math.max(most, weights.length), 0) / 4) * 4;
  const filter = { taps, counts: new Int32Array(trimmed.length), positions: new Int32Array(trimmed.length * taps), weights: new Float64Array(trimmed.length * taps) };
  for (const [i, { positions, weights }] of trimmed.entries()) {
    filter.counts[i] = weights.length;
    filter.positions.fill(positions[0], i * taps, (i + 1) * taps).set(positions, i * taps);
    filter.weights.set(weights, i * taps);
  }
  return filter;
}

/** libImaging/Resample.c precompute_coeffs: the support is cut at the border and the rest normalised, then made whole. */
function pillowFilter(from: number, to: number): Filter {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = 2 * stretch;
  return packFilter(Array.from({ length: to }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), from) - first;
    const positions = Array.from({ length: count }, (__, k) => first + k);
    const row = positions.map((position) => cubic((position - center + 0.5) * (1 / stretch)));
    const sum = row.reduce((total, weight) => total + weight, 0);
    const weights = row.map((weight) => {
      const scaled = weight * (1 / sum) * pillowOne;
      return Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    });
    return { positions, weights };
  }));
}

/** MATLAB's imresize contributions: all taps kept, positions outside reflected into the picture. */
function matlabFilter(from: number, to: number): Filter {
  const scale = to / from;
  const shrink = Math.min(scale, 1);
  const width = 4 / shrink;
  const taps = Math.ceil(width) + 2;
  return packFilter(Array.from({ length: to }, (_, i) => {
    const center = (i + 1) / scale + 0.5 * (1 - 1 / scale);
    const left = Math.floor(center - width / 2);
    const row = Array.from({ length: taps }, (__, k) => shrink * cubic(shrink * (center - left - k)));
    const sum = row.reduce((total, weight) => total + weight, 0);
    return { positions: row.map((__, k) => reflect(left + k - 1, from)), weights: row.map((weight) => weight / sum) };
  }));
}

/** A plane in double precision: what stands between two passes. */
type Samples = { data: Float64Array; width: number; height: number };

/** Four rows at a time share the look-up of positions and weights; the last ones come from zeros where fewer are left. */
function resizeRows({ data, width, height }: Plane | Samples, to: number, { taps, counts, positions, weights }: Filter, rounding: Rounding): Samples {
  const result = new Float64Array(to * height);
  const source = new Float64Array(4 * width), sums = new Float64Array(4 * to);
  for (let y = 0; y < height; y += 4) {
    const rows = Math.min(4, height - y);
    source.set(data.subarray(y * width, (y + rows) * width));
    for (let x = 0; x < to; x++) {
      let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
      for (let k = x * taps, end = k + counts[x]; k < end; k++) {
        const position = positions[k], weight = weights[k];
        sum0 += source[position] * weight;
        sum1 += source[position + width] * weight;
        sum2 += source[position + 2 * width] * weight;
        sum3 += source[position + 3 * width] * weight;
      }
      sums[x] = sum0;
      sums[x + to] = sum1;
      sums[x + 2 * to] = sum2;
      sums[x + 3 * to] = sum3;
    }
    finish(sums, rounding);
    result.set(sums.subarray(0, rows * to), y * to);
  }
  return { data: result, width: to, height };
}

function resizeColumns({ data, width }: Samples, to: number, { taps, counts, positions, weights }: Filter, rounding: Rounding): Samples {
  const result = new Float64Array(width * to);
  const sums = new Float64Array(width);
  for (let y = 0; y < to; y++) {
    sums.fill(0);
    for (let k = y * taps; k < y * taps + counts[y]; k += 4) addFourRows(data, positions, weights, k, sums);
    finish(sums, rounding);
    result.set(sums, y * width);
  }
  return { data: result, width, height: to };
}

/** The taps k to k + 3 of a whole row: each sum is fetched and stored once for four products. */
function addFourRows(data: Float64Array, positions: Int32Array, weights: Float64Array, k: number, sums: Float64Array): void {
  const weight0 = weights[k], weight1 = weights[k + 1], weight2 = weights[k + 2], weight3 = weights[k + 3];
  let from0 = positions[k] * sums.length, from1 = positions[k + 1] * sums.length, from2 = positions[k + 2] * sums.length, from3 = positions[k + 3] * sums.length;
  for (let x = 0; x < sums.length; x++) {
    sums[x] = sums[x] + data[from0++] * weight0 + data[from1++] * weight1 + data[from2++] * weight2 + data[from3++] * weight3;
  }
}

function checkSize(plane: Plane, width: number, height: number): void {
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isInteger(value) || value < 1) throw new OptionError(`${name} is ${value}; use a whole number above 0`);
  }
  if (plane.width < 1 || plane.height < 1) throw new OptionError('the plane is empty: there is nothing to resize');
}

const toSamples = ({ data, width, height }: Plane): Samples => ({ data: new Float64Array(data), width, height });
const toPlane = ({ data, width, height }: Samples): Plane => ({ data: new Float32Array(data), width, height });

/**
 * Pillow 13's Image.resize(BICUBIC) of an 8-bit plane, equal to the last bit: antialiased when shrinking, 8 bits after each pass,
 * rows first unless they grow while the columns shrink; a direction that keeps its size is left alone.
 */
export function resizePillow(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const rows = (samples: Samples) =>
    width === plane.width ? samples : resizeRows(samples, width, pillowFilter(plane.width, width), 'pillow');
  const columns = (samples: Samples) =>
    height === plane.height ? samples : resizeColumns(samples, height, pillowFilter(plane.height, height), 'pillow');
  const columnsFirst = width > plane.width && height < plane.height;
  return toPlane(columnsFirst ? rows(columns(toSamples(plane))) : columns(rows(toSamples(plane))));
}

function resizeMatlab(samples: Samples, width: number, height: number, rounding: Rounding): Samples {
  const rows = (from: Samples) => resizeRows(from, width, matlabFilter(samples.width, width), rounding);
  const columns = (from: Samples) => resizeColumns(from, height, matlabFilter(samples.height, height), rounding);
  const columnsFirst = height / samples.height <= width / samples.width;
  return columnsFirst ? rows(columns(samples)) : columns(rows(samples));
}

export interface ImresizeOptions {
  /** 'each-pass': 8 bits after each of the two passes, as MATLAB on uint8; 'none': real numbers throughout, as on double. */
  rounding?: 'each-pass' | 'none';
}

/**
 * MATLAB's imresize(plane, [height width], 'bicubic'): antialiased when shrinking, borders reflected, the direction
 * of the smaller scale first and columns first when equal. Without rounding values may leave 0..255.
 */
export function imresize(plane: Plane, width: number, height: number, options: ImresizeOptions = {}): Plane {
  checkSize(plane, width, height);
  const rounding = (options.rounding ?? 'none') === 'each-pass' ? 'byte' : 'none';
  return toPlane(resizeMatlab(toSamples(plane), width, height, rounding));
}

/** imresize to width x height and back to the plane's own size, in double throughout, with one rounding to 8 bits at the end. */
export function imresizeThereAndBack(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const small = resizeMatlab(toSamples(plane), width, height, 'none');
  const back = resizeMatlab(small, plane.width, plane.height, 'none');
  finish(back.data, 'byte');
  return toPlane(back);
}
