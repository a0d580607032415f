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

/** A filter whose rows are still to be filled, each with up to `most` places. */
function emptyFilter(to: number, most: number): Filter {
  const taps = Math.ceil(most / 4) * 4;
  return { taps, counts: new Int32Array(to), positions: new Int32Array(to * taps), weights: new Float64Array(to * taps) };
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

/** libImaging/Resample.c precompute_coeffs: the support is cut at the border and the rest normalised, then made whole. */
function pillowFilter(from: number, to: number): Filter {
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
function matlabFilter(from: number, to: number): Filter {
  const scale = to / from;
  const shrink = Math.min(scale, 1);
  const width = 4 / shrink;
  const filter = emptyFilter(to, Math.ceil(width) + 2);
  for (let i = 0; i < to; i++) {
    const center = (i + 1) / scale + 0.5 * (1 - 1 / scale);
    const left = Math.floor(center - width / 2);
    let sum = 0, next = i * filter.taps;
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

/** A plane in double precision: what stands between two passes. */
type Samples = { data: Float64Array; width: number; height: number };

/** Four rows at a time share the look-up of positions and weights; the last ones come from zeros where fewer are left. */
function resizeRows<Data extends Float32Array | Float64Array>({ data, width, height }: Plane | Samples, { taps, counts, positions, weights }: Filter, rounding: Rounding, result: Data): Data {
  const to = counts.length;
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
  return result;
}

function resizeColumns<Data extends Float32Array | Float64Array>({ data, width }: Samples, filter: Filter, rounding: Rounding, result: Data): Data {
  const sums = new Float64Array(width);
  for (let y = 0; y < filter.counts.length; y++) {
    sums.fill(0);
    const start = y * filter.taps;
    for (let k = start; k < start + filter.counts[y]; k += 4) addFourRows(data, filter, k, sums, width);
    finish(sums, rounding);
    result.set(sums, y * width);
  }
  return result;
}

/** The taps k to k + 3 of a whole row: each sum is fetched and stored once for four products. */
function addFourRows(data: Float64Array, { positions, weights }: Filter, k: number, sums: Float64Array, width: number): void {
  const weight0 = weights[k], weight1 = weights[k + 1], weight2 = weights[k + 2], weight3 = weights[k + 3];
  const from0 = positions[k] * width, from1 = positions[k + 1] * width, from2 = positions[k + 2] * width, from3 = positions[k + 3] * width;
  for (let x = 0; x < width; x++) {
    sums[x] = sums[x] + data[from0 + x] * weight0 + data[from1 + x] * weight1 + data[from2 + x] * weight2 + data[from3 + x] * weight3;
  }
}

function checkSize(plane: Plane, width: number, height: number): void {
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isInteger(value) || value < 1) throw new OptionError(`${name} is ${value}; use a whole number above 0`);
  }
  if (plane.width < 1 || plane.height < 1) throw new OptionError('the plane is empty: there is nothing to resize');
}

const toSamples = ({ data, width, height }: Plane): Samples => ({ data: new Float64Array(data), width, height });

/**
 * Pillow 13's Image.resize(BICUBIC) of an 8-bit plane, equal to the last bit: antialiased when shrinking, 8 bits after each pass,
 * rows first unless they grow while the columns shrink; a direction that keeps its size is left alone.
 */
export function resizePillow(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const sameWidth = width === plane.width, sameHeight = height === plane.height;
  const across = () => pillowFilter(plane.width, width), down = () => pillowFilter(plane.height, height);
  const result = { data: new Float32Array(width * height), width, height };
  if (sameWidth && sameHeight) result.data.set(plane.data);
  else if (sameHeight) resizeRows(plane, across(), 'pillow', result.data);
  else if (sameWidth) resizeColumns(toSamples(plane), down(), 'pillow', result.data);
  else if (width > plane.width && height < plane.height) {
    const between = resizeColumns(toSamples(plane), down(), 'pillow', new Float64Array(plane.width * height));
    resizeRows({ data: between, width: plane.width, height }, across(), 'pillow', result.data);
  } else {
    const between = resizeRows(plane, across(), 'pillow', new Float64Array(width * plane.height));
    resizeColumns({ data: between, width, height: plane.height }, down(), 'pillow', result.data);
  }
  return result;
}

function resizeMatlab(from: Samples, width: number, height: number, rounding: Rounding): Samples {
  const across = matlabFilter(from.width, width), down = matlabFilter(from.height, height);
  const data = new Float64Array(width * height);
  if (height / from.height <= width / from.width) {
    const between = resizeColumns(from, down, rounding, new Float64Array(from.width * height));
    resizeRows({ data: between, width: from.width, height }, across, rounding, data);
  } else {
    const between = resizeRows(from, across, rounding, new Float64Array(width * from.height));
    resizeColumns({ data: between, width, height: from.height }, down, rounding, data);
  }
  return { data, width, height };
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
  const { data } = resizeMatlab(toSamples(plane), width, height, rounding);
  return { data: new Float32Array(data), width, height };
}

/** imresize to width x height and back to the plane's own size, in double throughout, with one rounding to 8 bits at the end. */
export function imresizeThereAndBack(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const small = resizeMatlab(toSamples(plane), width, height, 'none');
  const { data, ...size } = resizeMatlab(small, plane.width, plane.height, 'none');
  finish(data, 'byte');
  return { data: new Float32Array(data), ...size };
}
