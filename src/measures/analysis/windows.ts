import { memoryFor, roomFor } from '../../arithmetic/memory';
import type { Image, Plane } from '../../image/image';
import { channelsOf } from './grid';

/**
 * The statistics of two pictures under a row of windows, one value for each window and channel: the means of a and of
 * b, of a * a + b * b (SSIM needs no more than the sum of the two variances), and of a * b.
 */
export interface WindowRow {
  a: Float64Array;
  b: Float64Array;
  squares: Float64Array;
  product: Float64Array;
}

const fields = ['a', 'b', 'squares', 'product'] as const;
const rowOf = (length: number): WindowRow => ({
  a: new Float64Array(length),
  b: new Float64Array(length),
  squares: new Float64Array(length),
  product: new Float64Array(length),
});

type Visit = (row: WindowRow) => void;

/** Copies the samples of one row inside the border. */
function readRow(picture: Plane | Image, y: number, border: number, row: Float64Array): void {
  const channels = channelsOf(picture);
  const start = ((y + border) * picture.width + border) * channels;
  row.set(picture.data.subarray(start, start + row.length));
}

/**
 * Visits each row of windows of side x side samples with equal weights. The sums are updated from window to window,
 * which is exact for whole numbers such as 8-bit samples.
 */
export function visitUniformWindows(
  a: Plane | Image,
  b: Plane | Image,
  border: number,
  side: number,
  visit: Visit,
): void {
  const channels = channelsOf(a);
  const length = (a.width - 2 * border) * channels,
    height = a.height - 2 * border;
  const rows = (): Float64Array[] => Array.from({ length: side + 1 }, () => new Float64Array(length));
  const [rowsOfA, rowsOfB] = [rows(), rows()];
  const columns = rowOf(length);
  const means = rowOf(length - (side - 1) * channels);
  for (let y = 0; y < height; y++) {
    const entering = y % (side + 1),
      leaving = (y + 1) % (side + 1);
    readRow(a, y, border, rowsOfA[entering]);
    readRow(b, y, border, rowsOfB[entering]);
    moveColumns(columns, rowsOfA[entering], rowsOfB[entering], rowsOfA[leaving], rowsOfB[leaving]);
    if (y < side - 1) continue;
    for (const field of fields) slideAlong(columns[field], side, channels, means[field]);
    visit(means);
  }
}

/** Moves the sums down each column by a row: one enters, one leaves. */
function moveColumns(
  { a, b, squares, product }: WindowRow,
  newA: Float64Array,
  newB: Float64Array,
  oldA: Float64Array,
  oldB: Float64Array,
): void {
  for (let i = 0; i < newA.length; i++) {
    const p = newA[i],
      q = newB[i],
      r = oldA[i],
      s = oldB[i];
    a[i] += p - r;
    b[i] += q - s;
    squares[i] += p * p + q * q - r * r - s * s;
    product[i] += p * q - r * s;
  }
}

function slideAlong(columns: Float64Array, side: number, channels: number, means: Float64Array): void {
  const scale = 1 / (side * side),
    reach = side * channels;
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let i = channel; i < reach; i += channels) sum += columns[i];
    means[channel] = sum * scale;
    for (let i = channel + channels; i < means.length; i += channels) {
      sum += columns[i + reach - channels] - columns[i - channels];
      means[i] = sum * scale;
    }
  }
}

/**
 * The sum of SSIM over all windows weighted by a separable, symmetric kernel, given as its right half, centre first:
 * `c1` and `c2` are its constants. Several channels lie interleaved, each with its own windows.
 */
export function sumOfWeightedWindows(
  a: Plane | Image,
  b: Plane | Image,
  { border, half, c1, c2 }: { border: number; half: Float64Array; c1: number; c2: number },
): number {
  const channels = channelsOf(a),
    side = 2 * half.length - 1;
  const length = (a.width - 2 * border) * channels,
    height = a.height - 2 * border;
  const line = 8 * roomFor(length);
  const { kernels, buffer, addresses } = memoryFor({
    ring: 4 * side * line,
    sums: 4 * line + 4 * side,
    weights: 8 * half.length,
  });
  new Float64Array(buffer, addresses.weights, half.length).set(half);
  let sum = 0;
  for (let y = 0; y < height; y++) {
    const row = addresses.ring + 4 * (y % side) * line;
    readRow(a, y, border, new Float64Array(buffer, row, length));
    readRow(b, y, border, new Float64Array(buffer, row + line, length));
    kernels.multiplyRow(row, line, length);
    if (y < side - 1) continue;
    const top = (y + 1) % side;
    const { ring, weights, sums } = addresses;
    sum += kernels.similarityRow(ring, line, side, top, weights, sums, length, channels, c1, c2);
  }
  return sum;
}
