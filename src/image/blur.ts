import { OptionError } from '../errors';
import type { Plane } from './image';

/** The right half of a sampled Gaussian, centre first, cut at int(4 sigma + 0.5) as scipy does; the whole kernel sums to 1. */
export function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const whole = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp((-0.5 / (sigma * sigma)) * (i - radius) ** 2));
  const sum = pairwiseSum(whole);
  return whole.subarray(radius).map((value) => value / sum);
}

/** numpy's order of addition: the last bit of the sum decides whether a flat area keeps its value when it is truncated. */
function pairwiseSum(values: Float64Array): number {
  const { length } = values;
  if (length < 8) return values.reduce((total, value) => total + value, 0);
  if (length > 128) {
    const half = (length >> 1) - ((length >> 1) % 8);
    return pairwiseSum(values.subarray(0, half)) + pairwiseSum(values.subarray(half));
  }
  const r = values.slice(0, 8);
  let i = 8;
  for (; i + 8 <= length; i += 8) for (let k = 0; k < 8; k++) r[k] += values[i + k];
  const sum = r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7]));
  return values.subarray(i).reduce((total, value) => total + value, sum);
}

/**
 * scipy.ndimage.gaussian_filter on whole numbers: columns first, then rows, border reflected (d c b a | a b c d | d c b a),
 * truncated to whole numbers after each axis. A sigma of 0 returns a copy; a negative one is an OptionError.
 */
export function gaussianBlur(plane: Plane, sigma: number): Plane {
  if (!(sigma >= 0 && sigma <= 100)) throw new OptionError(`sigma is ${sigma}; use a number from 0 to 100`);
  const { width, height } = plane;
  if (sigma < 1e-15) return { data: plane.data.slice(), width, height };
  return { data: blurLines(plane, pairWeights(sigma)), width, height };
}

/** The kernel with zeros at its far end, so that its pairs come in fours: a first summand of 0 changes no sum. */
function pairWeights(sigma: number): Float64Array {
  const kernel = gaussianKernel(sigma);
  const padded = new Float64Array(Math.ceil((kernel.length - 1) / 4) * 4 + 1);
  padded.set(kernel);
  return padded;
}

/** Line by line, down the columns and then along the row: only the lines under the kernel are held in double precision, which keeps them in the cache. */
function blurLines({ data, width, height }: Plane, kernel: Float64Array): Float32Array {
  const radius = kernel.length - 1, held = 2 * radius + 1;
  const result = new Float32Array(width * height);
  const lines = new Float64Array(held * width);
  const column = new Float64Array(width), padded = new Float64Array(width + 2 * radius), row = new Float64Array(width);
  const across = new Int32Array(held).map((_, i) => i), down = new Int32Array(held);
  for (let y = 0, next = 0; y < height; y++) {
    for (; next < Math.min(y + held - radius, height); next++) lines.set(data.subarray(next * width, (next + 1) * width), (next % held) * width);
    for (let i = 0; i < held; i++) down[i] = (reflect(y + i - radius, height) % held) * width;
    sumPairs(lines, down, kernel, column, width);
    padded.set(column, radius);
    for (let i = 1; i <= radius; i++) {
      padded[radius - i] = column[reflect(-i, width)];
      padded[radius + width - 1 + i] = column[reflect(width - 1 + i, width)];
    }
    sumPairs(padded, across, kernel, row, width);
    result.set(row, y * width);
  }
  return result;
}

/**
 * `width` truncated sums of the lines of source that begin at `starts`. Symmetric pairs are added to the centre
 * from the far end inwards, the order of scipy's correlate1d: truncation sees the last bit.
 */
function sumPairs(source: Float64Array, starts: Int32Array, kernel: Float64Array, sums: Float64Array, width: number): void {
  const radius = kernel.length - 1;
  const center = starts[radius], weight = kernel[0];
  for (let x = 0; x < width; x++) sums[x] = source[center + x] * weight;
  for (let k = radius; k > 0; k -= 4) addFourPairs(source, starts, kernel, sums, width, k);
  for (let x = 0; x < width; x++) sums[x] = Math.trunc(sums[x]);
}

/** The pairs at the distances k, k - 1, k - 2 and k - 3: each sum is fetched and stored once for the four. */
function addFourPairs(source: Float64Array, starts: Int32Array, kernel: Float64Array, sums: Float64Array, width: number, k: number): void {
  const center = kernel.length - 1;
  const weight0 = kernel[k], weight1 = kernel[k - 1], weight2 = kernel[k - 2], weight3 = kernel[k - 3];
  const before0 = starts[center - k], before1 = starts[center - k + 1], before2 = starts[center - k + 2], before3 = starts[center - k + 3];
  const after0 = starts[center + k], after1 = starts[center + k - 1], after2 = starts[center + k - 2], after3 = starts[center + k - 3];
  for (let x = 0; x < width; x++) {
    sums[x] = sums[x] + (source[before0 + x] + source[after0 + x]) * weight0 + (source[before1 + x] + source[after1 + x]) * weight1
      + (source[before2 + x] + source[after2 + x]) * weight2 + (source[before3 + x] + source[after3 + x]) * weight3;
  }
}

/** The index that a reflected border shows at position `i`, however far outside 0..length-1 it lies. */
export function reflect(i: number, length: number): number {
  const period = 2 * length;
  const within = ((i % period) + period) % period;
  return within < length ? within : period - 1 - within;
}
