import type { ArithmeticKernels } from '../arithmetic/kernels';
import { memoryFor, roomFor } from '../arithmetic/memory';
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

/** The input positions and weights of each output sample, `taps` places for each, of which `counts` are used. */
interface Filter {
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

/** How a sum becomes a sample: Pillow's whole weights divided out and 8 bits, 8 bits, or left as it is. */
type Rounding = 'pillow' | 'byte' | 'none';

/** Pillow's 8-bit weights are whole multiples of 2^-22 (PRECISION_BITS = 32 - 8 - 2 in libImaging/Resample.c). */
const pillowOne = 2 ** 22;

/** What a sum is multiplied by before it is rounded to 8 bits. */
const unitOf = (rounding: Rounding) => (rounding === 'pillow' ? 1 / pillowOne : 1);

/** 8 bits, halves upwards. */
const toByte = (value: number) => Math.min(255, Math.max(0, Math.floor(value + 0.5)));

/**
 * libImaging/Resample.c precompute_coeffs: the support is cut at the border, the remaining weights are normalised and
 * then made whole numbers.
 */
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

/** A plane in double precision: what stands between two passes. */
type Samples = { data: Float64Array; width: number; height: number };

/**
 * Four rows at a time share the look-up of positions and weights; where fewer are left, the results of the missing
 * rows are discarded.
 */
function resizeRows<Data extends Float32Array | Float64Array>(
  { data, width, height }: Plane | Samples,
  { taps, counts, positions, weights }: Filter,
  rounding: Rounding,
  result: Data,
): Data {
  const to = counts.length,
    room = roomFor(to),
    from = data.BYTES_PER_ELEMENT * width;
  const { kernels, buffer, addresses } = memoryFor({
    rows: 4 * from,
    columns: 32 * width,
    sums: 32 * room,
    narrowed: 4 * room,
    counts: 4 * to,
    positions: 4 * positions.length,
    weights: 8 * weights.length,
  });
  new Int32Array(buffer, addresses.counts, to).set(counts);
  new Int32Array(buffer, addresses.positions, positions.length).set(positions);
  new Float64Array(buffer, addresses.weights, weights.length).set(weights);
  const single = data instanceof Float32Array;
  const rows = single
    ? new Float32Array(buffer, addresses.rows, 4 * width)
    : new Float64Array(buffer, addresses.rows, 4 * width);
  const gather = single ? kernels.widenFour : kernels.gatherFour;
  for (let y = 0; y < height; y += 4) {
    const count = Math.min(4, height - y);
    rows.set(data.subarray(y * width, (y + count) * width));
    gather(addresses.rows, from, addresses.columns, width);
    kernels.sumAcross(
      addresses.columns,
      taps,
      addresses.counts,
      addresses.positions,
      addresses.weights,
      addresses.sums,
      8 * room,
      to,
    );
    if (rounding !== 'none') kernels.roundToByte(addresses.sums, unitOf(rounding), 4 * room);
    for (let row = 0; row < count; row++)
      result.set(
        readLine(kernels, buffer, addresses.sums + 8 * row * room, addresses.narrowed, to, result),
        (y + row) * to,
      );
  }
  return result;
}

/** A line of sums as the numbers that `like` holds. */
function readLine(
  kernels: ArithmeticKernels,
  buffer: ArrayBufferLike,
  sums: number,
  narrowed: number,
  width: number,
  like: Float32Array | Float64Array,
): Float32Array | Float64Array {
  if (like instanceof Float64Array) return new Float64Array(buffer, sums, width);
  kernels.narrow(sums, narrowed, width);
  return new Float32Array(buffer, narrowed, width);
}

/** The rows that an output row comes from are held, a place for each: the next one needs most of them again. */
function resizeColumns<Data extends Float32Array | Float64Array>(
  { data, width }: Samples,
  { taps, counts, positions, weights }: Filter,
  rounding: Rounding,
  result: Data,
): Data {
  const room = roomFor(width);
  const { kernels, buffer, addresses } = memoryFor({
    rows: 8 * taps * room,
    sums: 8 * room,
    narrowed: 4 * room,
    starts: 4 * taps,
    weights: 8 * taps,
  });
  const rows = new Float64Array(buffer, addresses.rows, taps * room),
    starts = new Uint32Array(buffer, addresses.starts, taps);
  const rowWeights = new Float64Array(buffer, addresses.weights, taps);
  const held = new Int32Array(taps).fill(-1);
  for (let y = 0; y < counts.length; y++) {
    const start = y * taps;
    for (let k = 0; k < counts[y]; k++) {
      const position = positions[start + k],
        place = position % taps;
      if (held[place] !== position) rows.set(data.subarray(position * width, (position + 1) * width), place * room);
      held[place] = position;
      starts[k] = addresses.rows + 8 * place * room;
      rowWeights[k] = weights[start + k];
    }
    kernels.sumLines(addresses.starts, addresses.weights, counts[y], addresses.sums, width);
    if (rounding !== 'none') kernels.roundToByte(addresses.sums, unitOf(rounding), width);
    result.set(readLine(kernels, buffer, addresses.sums, addresses.narrowed, width, result), y * width);
  }
  return result;
}

function checkSize(plane: Plane, width: number, height: number): void {
  for (const [name, value] of Object.entries({ width, height })) {
    if (!Number.isInteger(value) || value < 1) throw new OptionError(`${name} is ${value}; use a whole number above 0`);
  }
  if (plane.width < 1 || plane.height < 1) throw new OptionError('the plane is empty: there is nothing to resize');
}

const toSamples = ({ data, width, height }: Plane): Samples => ({ data: new Float64Array(data), width, height });

/**
 * Pillow 13's Image.resize(BICUBIC) of an 8-bit plane, equal to the last bit: it is antialiased when it shrinks,
 * rounds to 8 bits after each pass, and resizes rows first unless they grow while the columns shrink; a direction
 * that keeps its size is left alone.
 */
export function resizePillow(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const sameWidth = width === plane.width,
    sameHeight = height === plane.height;
  const across = () => pillowFilter(plane.width, width),
    down = () => pillowFilter(plane.height, height);
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
  const across = matlabFilter(from.width, width),
    down = matlabFilter(from.height, height);
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
  /**
   * 'each-pass' rounds to 8 bits after each of the two passes, as MATLAB does on uint8; 'none' keeps real numbers
   * throughout, as it does on double.
   */
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

/**
 * Applies imresize to width x height and back to the plane's own size, in double throughout, and rounds to 8 bits
 * once at the end.
 */
export function imresizeThereAndBack(plane: Plane, width: number, height: number): Plane {
  checkSize(plane, width, height);
  const small = resizeMatlab(toSamples(plane), width, height, 'none');
  const { data, ...size } = resizeMatlab(small, plane.width, plane.height, 'none');
  return { data: Float32Array.from(data, toByte), ...size };
}
