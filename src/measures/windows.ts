import type { Image, Plane } from '../image/image';
import { channelsOf } from './psnr';

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

/** Visits each row of windows weighted by a separable, symmetric kernel given as its right half, centre first. */
export function visitWeightedWindows(
  a: Plane | Image,
  b: Plane | Image,
  border: number,
  half: Float64Array,
  visit: Visit,
): void {
  const channels = channelsOf(a),
    side = 2 * half.length - 1;
  const length = (a.width - 2 * border) * channels,
    height = a.height - 2 * border;
  const samples = rowOf(length);
  const across = length - (side - 1) * channels;
  const held = Array.from({ length: side }, () => rowOf(across));
  const means = rowOf(across);
  for (let y = 0; y < height; y++) {
    readRow(a, y, border, samples.a);
    readRow(b, y, border, samples.b);
    multiply(samples);
    for (const field of fields) weighAlong(samples[field], half, channels, held[y % side][field]);
    if (y < side - 1) continue;
    for (const field of fields)
      weighRows(
        Array.from({ length: side }, (_, k) => held[(y + 1 + k) % side][field]),
        half,
        means[field],
      );
    visit(means);
  }
}

function multiply({ a, b, squares, product }: WindowRow): void {
  for (let i = 0; i < a.length; i++) {
    squares[i] = a[i] * a[i] + b[i] * b[i];
    product[i] = a[i] * b[i];
  }
}

function weighAlong(samples: Float64Array, half: Float64Array, channels: number, means: Float64Array): void {
  const center = (half.length - 1) * channels;
  for (let i = 0; i < means.length; i++) {
    let sum = samples[i + center] * half[0];
    for (let k = 1, reach = channels; k < half.length; k++, reach += channels)
      sum += (samples[i + center - reach] + samples[i + center + reach]) * half[k];
    means[i] = sum;
  }
}

/** The weighted sum of rows, the first the topmost. */
function weighRows(rows: Float64Array[], half: Float64Array, means: Float64Array): void {
  const center = half.length - 1;
  means.set(rows[center]);
  for (let i = 0; i < means.length; i++) means[i] *= half[0];
  for (let k = 1; k < half.length; k++) addPair(rows[center - k], rows[center + k], half[k], means);
}

function addPair(above: Float64Array, below: Float64Array, weight: number, means: Float64Array): void {
  for (let i = 0; i < means.length; i++) means[i] += (above[i] + below[i]) * weight;
}
