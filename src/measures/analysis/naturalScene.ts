import { imresize } from '../../image/resize';
import { filterInside, gaussian, product } from './filter';
import { type Grid, emptyGrid, partOf } from './grid';

// The features of a natural scene that NIQE compares, after Mittal et al., IEEE SPL 20(3), 2013, as their MATLAB code
// computes them.

/** Side of the blocks; half of it at the second scale. */
export const BLOCK = 96;

/** Features of a block: 18 at each of two scales. */
export const FEATURES = 36;

const window = gaussian(7, 7 / 6);

export interface BlockFeatures {
  values: Float64Array;
  /** Mean local deviation, by which the sharp blocks of a picture are found. */
  sharpness: number;
}

/** The blocks of a picture of 0..255 from its upper left corner on, without those that have no structure. */
export function blockFeatures(grid: Grid): BlockFeatures[] {
  const columns = Math.floor(grid.width / BLOCK),
    rows = Math.floor(grid.height / BLOCK);
  if (columns * rows === 0) return [];
  const large = partOf(grid, 0, 0, columns * BLOCK, rows * BLOCK);
  const small = halfSize(large);
  const scales = [large, small].map(normalised);
  return Array.from({ length: columns * rows }, (_, i) => {
    const blocks = scales.map(({ field }, scale) => {
      const side = BLOCK >> scale;
      return partOf(field, (i % columns) * side, Math.floor(i / columns) * side, side, side);
    });
    const deviation = partOf(scales[0].deviation, (i % columns) * BLOCK, Math.floor(i / columns) * BLOCK, BLOCK, BLOCK);
    return {
      values: Float64Array.from(blocks.flatMap(featuresOf)),
      sharpness: deviation.data.reduce((sum, value) => sum + value, 0) / deviation.data.length,
    };
  }).filter(({ values }) => values.every(Number.isFinite));
}

/** MATLAB's imresize by one half. */
function halfSize({ data, width, height }: Grid): Grid {
  const small = imresize({ data: Float32Array.from(data), width, height }, width / 2, height / 2);
  return { ...small, data: Float64Array.from(small.data) };
}

/** The picture less its local mean, over its local deviation; edges are repeated. */
function normalised(grid: Grid): { field: Grid; deviation: Grid } {
  const padded = repeatEdges(grid, (window.length - 1) / 2);
  const mean = filterInside(padded, window),
    squares = filterInside(product(padded, padded), window);
  const deviation = { ...mean, data: squares.data.map((value, i) => Math.sqrt(Math.abs(value - mean.data[i] ** 2))) };
  const field = { ...grid, data: grid.data.map((value, i) => (value - mean.data[i]) / (deviation.data[i] + 1)) };
  return { field, deviation };
}

function repeatEdges({ data, width, height }: Grid, margin: number): Grid {
  const out = emptyGrid(width + 2 * margin, height + 2 * margin);
  const inside = (at: number, side: number) => Math.min(side - 1, Math.max(0, at));
  for (let y = 0, i = 0; y < out.height; y++)
    for (let x = 0; x < out.width; x++)
      out.data[i++] = data[inside(y - margin, height) * width + inside(x - margin, width)];
  return out;
}

/** 18 features: the distribution of the samples, and of their products with neighbours in four directions. */
function featuresOf(block: Grid): number[] {
  const { shape, left, right } = distributionOf(block.data);
  const features = [shape, (left + right) / 2];
  for (const [down, across] of [
    [0, 1],
    [1, 0],
    [1, 1],
    [1, -1],
  ]) {
    const pairs = distributionOf(productsWith(block, down, across));
    const ratio = Math.exp(logGamma(2 / pairs.shape) - logGamma(1 / pairs.shape));
    features.push(pairs.shape, (pairs.right - pairs.left) * ratio, pairs.left, pairs.right);
  }
  return features;
}

/** Products with the neighbours; those past an edge are at the other one. */
function productsWith({ data, width, height }: Grid, down: number, across: number): Float64Array {
  return data.map((value, i) => {
    const x = ((i % width) - across + width) % width,
      y = (Math.floor(i / width) - down + height) % height;
    return value * data[y * width + x];
  });
}

/** An asymmetric generalised Gaussian by its moments: its shape, and its widths to both sides. NaN without samples. */
function distributionOf(values: Float64Array): { shape: number; left: number; right: number } {
  let absolute = 0,
    [leftSquares, leftCount, rightSquares, rightCount] = [0, 0, 0, 0];
  for (const value of values) {
    absolute += Math.abs(value);
    if (value < 0) {
      leftSquares += value * value;
      leftCount++;
    } else if (value > 0) {
      rightSquares += value * value;
      rightCount++;
    }
  }
  const left = Math.sqrt(leftSquares / leftCount),
    right = Math.sqrt(rightSquares / rightCount);
  const ratio = left / right;
  const moment = (absolute / values.length) ** 2 / ((leftSquares + rightSquares) / values.length);
  const shape = shapeOf((moment * (ratio ** 3 + 1) * (ratio + 1)) / (ratio ** 2 + 1) ** 2);
  const width = Math.exp((logGamma(1 / shape) - logGamma(3 / shape)) / 2);
  return { shape, left: left * width, right: right * width };
}

const shapes = Float64Array.from({ length: 9801 }, (_, i) => 0.2 + i / 1000);
const moments = shapes.map((g) => Math.exp(2 * logGamma(2 / g) - logGamma(1 / g) - logGamma(3 / g)));

/** The shape in steps of 0.001 whose moment is nearest; the moments rise. */
function shapeOf(moment: number): number {
  if (Number.isNaN(moment)) return NaN;
  let [low, high] = [0, moments.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (moments[middle] < moment) low = middle;
    else high = middle;
  }
  return shapes[moment - moments[low] <= moments[high] - moment ? low : high];
}

/** The logarithm of the gamma function for positive numbers: Stirling's series, from 10 upwards. */
function logGamma(x: number): number {
  let shift = 0;
  for (; x < 10; x++) shift += Math.log(x);
  const y = 1 / (x * x);
  const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series - shift;
}
