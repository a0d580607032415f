import { type Grid, emptyGrid } from './grid';

/** A Gaussian of `side` samples that sums to 1. */
export function gaussian(side: number, sigma: number): Float64Array {
  const radius = (side - 1) / 2;
  const weights = Float64Array.from({ length: side }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((total, weight) => total + weight);
  return weights.map((weight) => weight / sum);
}

/** The symmetric kernel along rows and columns, where it lies wholly inside: the result is smaller by its side - 1. */
export function filterInside(grid: Grid, kernel: Float64Array): Grid {
  return alongColumns(alongRows(grid, kernel), kernel);
}

function alongRows({ data, width, height }: Grid, kernel: Float64Array): Grid {
  const out = emptyGrid(width - kernel.length + 1, height);
  for (let y = 0; y < height; y++)
    for (let k = 0; k < kernel.length; k++)
      addScaled(data, y * width + k, kernel[k], out.data, y * out.width, out.width);
  return out;
}

function alongColumns({ data, width, height }: Grid, kernel: Float64Array): Grid {
  const out = emptyGrid(width, height - kernel.length + 1);
  for (let y = 0; y < out.height; y++)
    for (let k = 0; k < kernel.length; k++) addScaled(data, (y + k) * width, kernel[k], out.data, y * width, width);
  return out;
}

function addScaled(
  from: Float64Array,
  start: number,
  weight: number,
  to: Float64Array,
  at: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[at + i] += weight * from[start + i];
}

/** Every second sample of every second row. */
export function everySecond({ data, width, height }: Grid): Grid {
  const out = emptyGrid(Math.ceil(width / 2), Math.ceil(height / 2));
  for (let y = 0, i = 0; y < height; y += 2) for (let x = 0; x < width; x += 2) out.data[i++] = data[y * width + x];
  return out;
}

/**
 * Means over 2x2 samples, as MATLAB's filters give them at every second place: past the edge of an odd side there is
 * zero ('zero', conv2) or the last sample once more ('mirror', imfilter symmetric).
 */
export function halve({ data, width, height }: Grid, edge: 'zero' | 'mirror'): Grid {
  const out = emptyGrid(Math.ceil(width / 2), Math.ceil(height / 2));
  const sample = (x: number, y: number) => {
    if (edge === 'zero') return x < width && y < height ? data[y * width + x] : 0;
    return data[Math.min(y, height - 1) * width + Math.min(x, width - 1)];
  };
  for (let y = 0, i = 0; y < height; y += 2)
    for (let x = 0; x < width; x += 2)
      out.data[i++] = (sample(x, y) + sample(x + 1, y) + sample(x, y + 1) + sample(x + 1, y + 1)) / 4;
  return out;
}

/** The products of two grids, sample by sample. */
export function product(a: Grid, b: Grid): Grid {
  return { ...a, data: a.data.map((value, i) => value * b.data[i]) };
}
