import { eigen } from './eigen';
import { type Grid, emptyGrid, partOf } from './grid';
import { keepLatest } from './latest';
import { mirror, steerableLevels } from './steerable';

// Sheikh, Bovik and de Veciana's model of a natural picture and of its distortion, which IFC and VIF share, as their
// code ifcvec and vifvec computes it: in each band of a steerable pyramid, blocks of 3x3 coefficients are Gaussian
// vectors scaled by a field; the distortion is a gain and noise, estimated in windows around the blocks.

const SIDE = 3;
const SIZE = SIDE * SIDE;

/** Below this a variance counts as none, as in the authors' code. */
const NONE = 1e-15;

/** A covariance has no part along eigenvectors whose eigenvalue is below this: only flat bands have such. */
const DEGENERATE = 1e-10;

/** A band's blocks, one value for each where the windows lie inside the band. */
export interface BandModel {
  /** Gain of the restored picture. */
  gain: Float64Array;
  /** Variance of its noise. */
  noise: Float64Array;
  /** Squared scale of the truth's vector. */
  field: Float64Array;
  /** Eigenvalues of the truth's covariance. */
  eigenvalues: Float64Array;
}

/** A band of a picture and the side of its windows. */
interface Band {
  blocks: Grid;
  window: number;
}

/** A band of the truth with its source. */
interface TrueBand extends Band {
  field: Grid;
  eigenvalues: Float64Array;
}

const bandsOf = (grid: Grid): Band[] =>
  steerableLevels(grid).flatMap(({ number, bands }) =>
    bands.map((band) => ({ blocks: wholeBlocks(band), window: 2 ** number + 1 })),
  );

const trueBandsOf = keepLatest((truth: Grid): TrueBand[] =>
  bandsOf(truth).map((band) => ({ ...band, ...sourceOf(band.blocks) })),
);

/** The models of eight bands: two orientations at four levels. */
export const bandModels = keepLatest((truth: Grid, restored: Grid): BandModel[] => {
  const compared = bandsOf(restored);
  return trueBandsOf(truth).map((band, i) => modelOf(band, compared[i].blocks));
});

function modelOf({ blocks, window, field, eigenvalues }: TrueBand, restored: Grid): BandModel {
  const { gain, noise } = channelOf(blocks, restored, window);
  const margin = Math.ceil((window - 1) / 2 / SIDE);
  const inner = (grid: Grid) => withoutMargin(grid, margin).data;
  return { gain: inner(gain), noise: inner(noise), field: inner(field), eigenvalues };
}

/** The part whose sides are multiples of the blocks'. */
function wholeBlocks(grid: Grid): Grid {
  const down = (side: number) => side - (side % SIDE);
  return partOf(grid, 0, 0, down(grid.width), down(grid.height));
}

const withoutMargin = (grid: Grid, margin: number): Grid =>
  partOf(grid, margin, margin, grid.width - 2 * margin, grid.height - 2 * margin);

/** Gain and noise that lead from one band to the other, by regression in the windows around the blocks' centres. */
function channelOf(truth: Grid, restored: Grid, window: number): { gain: Grid; noise: Grid } {
  const sums = (a: Grid, b?: Grid) =>
    windowSums(b ? { ...a, data: a.data.map((value, i) => value * b.data[i]) } : a, window);
  const [x, y] = [sums(truth), sums(restored)];
  const [xx, yy, xy] = [sums(truth, truth).data, sums(restored, restored).data, sums(truth, restored).data];
  const count = window * window;
  const gain = emptyGrid(x.width, x.height),
    noise = emptyGrid(x.width, x.height);
  for (let i = 0; i < xx.length; i++) {
    const [a, b] = [x.data[i], y.data[i]];
    const own = Math.max(0, xx[i] - (a * a) / count),
      other = Math.max(0, yy[i] - (b * b) / count);
    const shared = xy[i] - (a * b) / count;
    const slope = own < NONE || other < NONE ? 0 : shared / (own + NONE);
    gain.data[i] = Math.max(0, slope);
    const rest = own < NONE || slope < 0 ? other : (other - slope * shared) / count;
    noise.data[i] = other < NONE ? NONE : Math.max(NONE, rest);
  }
  return { gain, noise };
}

/** Sums over windows around the centre of each block; edges are mirrored. */
function windowSums(grid: Grid, window: number): Grid {
  const padded = mirror(grid, (window - 1) / 2);
  const rows = emptyGrid(grid.width / SIDE, padded.height);
  for (let y = 0, i = 0; y < rows.height; y++)
    for (let x = 0; x < rows.width; x++, i++) {
      const start = y * padded.width + x * SIDE + 1;
      for (let k = 0; k < window; k++) rows.data[i] += padded.data[start + k];
    }
  const out = emptyGrid(rows.width, grid.height / SIDE);
  for (let y = 0, i = 0; y < out.height; y++)
    for (let x = 0; x < out.width; x++, i++) {
      const start = (y * SIDE + 1) * rows.width + x;
      for (let k = 0; k < window; k++) out.data[i] += rows.data[start + k * rows.width];
    }
  return out;
}

/** The covariance of all blocks, and the scale of each block that does not overlap others. */
function sourceOf(band: Grid): { field: Grid; eigenvalues: Float64Array } {
  const { values, vectors } = eigen(blockCovariance(band), SIZE);
  const kept = [...values.keys()].filter((k) => values[k] > DEGENERATE);
  const field = emptyGrid(band.width / SIDE, band.height / SIDE);
  const block = new Float64Array(SIZE);
  for (let y = 0, i = 0; y < field.height; y++)
    for (let x = 0; x < field.width; x++, i++) {
      readBlock(band, x * SIDE, y * SIDE, block);
      for (const k of kept) {
        let along = 0;
        for (let j = 0; j < SIZE; j++) along += vectors[j * SIZE + k] * block[j];
        field.data[i] += (along * along) / values[k] / SIZE;
      }
    }
  return { field, eigenvalues: Float64Array.from(kept, (k) => values[k]) };
}

function readBlock({ data, width }: Grid, x: number, y: number, block: Float64Array): void {
  for (let j = 0; j < SIZE; j++) block[j] = data[(y + Math.floor(j / SIDE)) * width + x + (j % SIDE)];
}

/** The covariance of the samples of all blocks, also of those that overlap. */
function blockCovariance({ data, width, height }: Grid): Float64Array {
  const columns = width - SIDE + 1,
    rows = height - SIDE + 1,
    count = rows * columns;
  const starts = Array.from({ length: SIZE }, (_, j) => Math.floor(j / SIDE) * width + (j % SIDE));
  const means = starts.map((start) => {
    let sum = 0;
    for (let y = 0; y < rows; y++) for (let at = start + y * width, end = at + columns; at < end; at++) sum += data[at];
    return sum / count;
  });
  const covariance = new Float64Array(SIZE * SIZE);
  for (let j = 0; j < SIZE; j++)
    for (let k = j; k < SIZE; k++) {
      const sum = productsAt(data, starts[j], starts[k], columns, rows, width);
      // A band's mean is near zero: nothing is lost in the difference.
      covariance[j * SIZE + k] = covariance[k * SIZE + j] = sum / count - means[j] * means[k];
    }
  return covariance;
}

function productsAt(data: Float64Array, a: number, b: number, columns: number, rows: number, width: number): number {
  let sum = 0;
  for (let y = 0, start = 0; y < rows; y++, start += width)
    for (let i = start; i < start + columns; i++) sum += data[a + i] * data[b + i];
  return sum;
}
