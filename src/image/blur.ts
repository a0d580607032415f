import { memoryFor, roomFor } from '../arithmetic/memory';
import { OptionError } from '../errors';
import type { Plane } from './image';

/**
 * The right half of a sampled Gaussian, starting at the centre and cut at int(4 sigma + 0.5) as in scipy; the whole
 * kernel sums to 1.
 */
export function gaussianKernel(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5);
  const whole = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp((-0.5 / (sigma * sigma)) * (i - radius) ** 2),
  );
  const sum = pairwiseSum(whole);
  return whole.subarray(radius).map((value) => value / sum);
}

/** Adds in numpy's order: the last bit of the sum decides whether a flat area keeps its value when it is truncated. */
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
 * scipy.ndimage.gaussian_filter on whole numbers: it filters the columns first, then the rows, reflects the border (d
 * c b a | a b c d | d c b a) and truncates to whole numbers after each axis. A sigma of 0 returns a copy. Throws
 * OptionError for a negative one.
 */
export function gaussianBlur(plane: Plane, sigma: number): Plane {
  if (!(sigma >= 0 && sigma <= 100)) throw new OptionError(`sigma is ${sigma}; use a number from 0 to 100`);
  const { width, height } = plane;
  if (sigma < 1e-15) return { data: plane.data.slice(), width, height };
  return { data: blurBands(plane, gaussianKernel(sigma)), width, height };
}

/** Rows that are blurred at a time: together with the rows under the kernel they fit into the cache. */
const BAND = 64;

function blurBands({ data, width, height }: Plane, kernel: Float64Array): Float32Array {
  const radius = kernel.length - 1,
    held = 2 * radius + 1;
  const { kernels, buffer, addresses } = memoryFor({
    source: 4 * (BAND + 2 * radius) * width + 64,
    target: 4 * BAND * width + 64,
    kernel: 8 * kernel.length,
    room: 8 * (held + 2) * roomFor(width + 2 * radius) + 8 * held,
  });
  new Float64Array(buffer, addresses.kernel, kernel.length).set(kernel);
  const result = new Float32Array(width * height);
  for (let from = 0; from < height; from += BAND) {
    const to = Math.min(height, from + BAND),
      first = Math.max(0, from - radius);
    const rows = data.subarray(first * width, Math.min(height, to + radius) * width);
    new Float32Array(buffer, addresses.source, rows.length).set(rows);
    kernels.blurRows(
      addresses.source,
      first,
      width,
      height,
      from,
      to,
      addresses.kernel,
      radius,
      addresses.room,
      addresses.target,
    );
    result.set(new Float32Array(buffer, addresses.target, (to - from) * width), from * width);
  }
  return result;
}

/** The index that a reflected border shows at position `i`, however far outside 0..length-1 it lies. */
export function reflect(i: number, length: number): number {
  const period = 2 * length;
  const within = ((i % period) + period) % period;
  return within < length ? within : period - 1 - within;
}
