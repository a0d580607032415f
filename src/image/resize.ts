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

/** For each output sample `taps` input positions and their weights, one output after the other. */
interface Filter {
  taps: number;
  positions: Int32Array;
  weights: Float64Array;
}

type Finish = (sum: number) => number;

/** Pillow's 8-bit weights are whole multiples of 2^-22 (PRECISION_BITS = 32 - 8 - 2 in libImaging/Resample.c). */
const pillowOne = 2 ** 22;

const clip = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value);
const finishPillow: Finish = (sum) => clip(Math.floor((sum + pillowOne / 2) / pillowOne));
const finishRound: Finish = (sum) => clip(Math.floor(sum + 0.5));
const finishNothing: Finish = (sum) => sum;

/** libImaging/Resample.c precompute_coeffs: the support is cut at the border and the rest normalised, then made whole. */
function pillowFilter(from: number, to: number): Filter {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = 2 * stretch;
  const taps = Math.ceil(support) * 2 + 1;
  const positions = new Int32Array(to * taps);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), from) - first;
    const row = Array.from({ length: count }, (_, k) => cubic((k + first - center + 0.5) * (1 / stretch)));
    const sum = row.reduce((total, weight) => total + weight, 0);
    for (let k = 0; k < count; k++) {
      const scaled = (row[k] * (1 / sum)) * pillowOne;
      positions[i * taps + k] = first + k;
      weights[i * taps + k] = Math.trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    }
  }
  return { taps, positions, weights };
}

/** MATLAB's imresize contributions: all taps kept, positions outside reflected into the picture. */
function matlabFilter(from: number, to: number): Filter {
  const scale = to / from;
  const shrink = Math.min(scale, 1);
  const width = 4 / shrink;
  const taps = Math.ceil(width) + 2;
  const positions = new Int32Array(to * taps);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const center = (i + 1) / scale + 0.5 * (1 - 1 / scale);
    const left = Math.floor(center - width / 2);
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const weight = shrink * cubic(shrink * (center - left - k));
      positions[i * taps + k] = reflect(left + k - 1, from);
      weights[i * taps + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < taps; k++) weights[i * taps + k] /= sum;
  }
  return { taps, positions, weights };
}

type Samples = { data: Float32Array | Float64Array; width: number; height: number };

function resizeRows({ data, width, height }: Samples, to: number, filter: Filter, finish: Finish): Samples {
  const { taps, positions, weights } = filter;
  const result = new Float64Array(to * height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < to; x++, at++) {
      let sum = 0;
      for (let k = x * taps; k < (x + 1) * taps; k++) sum += data[y * width + positions[k]] * weights[k];
      result[at] = finish(sum);
    }
  }
  return { data: result, width: to, height };
}

function resizeColumns({ data, width }: Samples, to: number, filter: Filter, finish: Finish): Samples {
  const { taps, positions, weights } = filter;
  const result = new Float64Array(width * to);
  for (let y = 0; y < to; y++) {
    const row = result.subarray(y * width, (y + 1) * width);
    for (let k = y * taps; k < (y + 1) * taps; k++) {
      const [weight, start] = [weights[k], positions[k] * width];
      if (weight === 0) continue;
      for (let x = 0; x < width; x++) row[x] += data[start + x] * weight;
    }
    for (let x = 0; x < width; x++) row[x] = finish(row[x]);
  }
  return { data: result, width, height: to };
}

function checkSize(plane: Plane, width: number, height: number): void {
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isInteger(value) || value < 1) throw new OptionError(`${name} is ${value}; use a whole number above 0`);
  }
  if (plane.width < 1 || plane.height < 1) throw new OptionError('the plane is empty: there is nothing to resize');
}

const toPlane = ({ data, width, height }: Samples): Plane => ({ data: Float32Array.from(data), width, height });

/**
 * Pillow 13's Image.resize(BICUBIC) of an 8-bit plane, equal to the last bit: antialiased when shrinking, 8 bits after each pass,
 * rows first unless they grow while the columns shrink; a direction that keeps its size is left alone.
 */
export function resizePillow(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const rows = (samples: Samples) =>
    width === plane.width ? samples : resizeRows(samples, width, pillowFilter(plane.width, width), finishPillow);
  const columns = (samples: Samples) =>
    height === plane.height ? samples : resizeColumns(samples, height, pillowFilter(plane.height, height), finishPillow);
  const columnsFirst = width > plane.width && height < plane.height;
  return toPlane(columnsFirst ? rows(columns(plane)) : columns(rows(plane)));
}

function resizeMatlab(samples: Samples, width: number, height: number, finish: Finish): Samples {
  const rows = (from: Samples) => resizeRows(from, width, matlabFilter(samples.width, width), finish);
  const columns = (from: Samples) => resizeColumns(from, height, matlabFilter(samples.height, height), finish);
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
  const finish = (options.rounding ?? 'none') === 'each-pass' ? finishRound : finishNothing;
  return toPlane(resizeMatlab(plane, width, height, finish));
}

/** imresize to width x height and back to the plane's own size, in double throughout, with one rounding to 8 bits at the end. */
export function imresizeThereAndBack(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const small = resizeMatlab(plane, width, height, finishNothing);
  const { data, ...size } = resizeMatlab(small, plane.width, plane.height, finishNothing);
  return { data: Float32Array.from(data, finishRound), ...size };
}
