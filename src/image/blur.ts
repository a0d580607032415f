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
  const data = plane.data.slice();
  if (sigma < 1e-15) return { data, width, height };
  const kernel = gaussianKernel(sigma);
  blurColumns(data, width, height, kernel);
  blurRows(data, width, height, kernel);
  return { data, width, height };
}

/** Both add symmetric pairs to the centre from the far end inwards, the order of scipy's correlate1d: truncation sees the last bit. */
function blurColumns(data: Float32Array, width: number, height: number, kernel: Float64Array): void {
  const source = data.slice();
  const sums = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) sums[x] = source[y * width + x] * kernel[0];
    for (let k = kernel.length - 1; k > 0; k--) {
      const above = reflect(y - k, height) * width;
      const below = reflect(y + k, height) * width;
      const weight = kernel[k];
      for (let x = 0; x < width; x++) sums[x] += (source[above + x] + source[below + x]) * weight;
    }
    for (let x = 0; x < width; x++) data[y * width + x] = Math.trunc(sums[x]);
  }
}

function blurRows(data: Float32Array, width: number, height: number, kernel: Float64Array): void {
  const radius = kernel.length - 1;
  const line = new Float64Array(width + 2 * radius);
  const positions = Int32Array.from(line, (_, i) => reflect(i - radius, width));
  for (let start = 0; start < width * height; start += width) {
    for (let i = 0; i < line.length; i++) line[i] = data[start + positions[i]];
    for (let x = 0; x < width; x++) {
      const center = x + radius;
      let sum = line[center] * kernel[0];
      for (let k = radius; k > 0; k--) sum += (line[center - k] + line[center + k]) * kernel[k];
      data[start + x] = Math.trunc(sum);
    }
  }
}

/** The index that a reflected border shows at position `i`, however far outside 0..length-1 it lies. */
export function reflect(i: number, length: number): number {
  const period = 2 * length;
  const within = ((i % period) + period) % period;
  return within < length ? within : period - 1 - within;
}
