import { type Grid, emptyGrid } from './grid';

// The filters `sp5Filters` of Simoncelli and Freeman's steerable pyramid with six orientations (ICIP 1995), as
// matlabPyrTools and pyrtools (MIT licence, Eero Simoncelli and others) give them: what IFC and VIF are defined by.
// Each is symmetric in both directions: the upper left quarter is enough.
const first = unfold([
  [0.00341614, -0.01551246, -0.03848215],
  [-0.01551246, 0.05586982, 0.1592557],
  [-0.03848215, 0.1592557, 0.40304148],
]);
const low = unfold([
  [0.00170808, -0.00489834, -0.00775624, -0.01888864, -0.01924108],
  [-0.00489834, -0.01046562, -0.01322234, 0.008212, 0.02005976],
  [-0.00775624, -0.01322234, 0.02793492, 0.06554076, 0.07962786],
  [-0.01888864, 0.008212, 0.06554076, 0.12852666, 0.16339236],
  [-0.01924108, 0.02005976, 0.07962786, 0.16339236, 0.2019308],
]);
/** The orientation across; the one down is its negative transpose. Odd along the rows, so the middle is 0. */
const across = unfold(
  [
    [0.00277643, -0.00986904, -0.01021852, 0],
    [0.00496194, -0.00893064, -0.03075356, 0],
    [0.01026699, 0.01189859, -0.08226445, 0],
    [0.01455399, 0.02755155, -0.11732297, 0],
  ],
  -1,
);
const down: Grid = { ...across, data: across.data.map((_, i) => -across.data[(i % 7) * 7 + Math.floor(i / 7)]) };

/** A kernel from its upper left quarter; `sign` is that of the right half. */
function unfold(quarter: number[][], sign = 1): Grid {
  const radius = quarter.length - 1,
    side = 2 * radius + 1;
  const data = Float64Array.from({ length: side * side }, (_, i) => {
    const x = (i % side) - radius,
      y = Math.floor(i / side) - radius;
    return (x > 0 ? sign : 1) * quarter[radius - Math.abs(y)][radius - Math.abs(x)];
  });
  return { data, width: side, height: side };
}

/** Two bands of one level: the responses to steps across and down. */
export interface Level {
  /** Counted from the coarsest, 1. */
  number: number;
  bands: [Grid, Grid];
}

/** Two of the six orientations at the four levels of the pyramid, the finest first; edges are mirrored. */
export function steerableLevels(grid: Grid): Level[] {
  let rest = correlate(grid, first, 1);
  return [4, 3, 2, 1].map((number) => {
    if (number < 4) rest = correlate(rest, low, 2);
    return { number, bands: [correlate(rest, across, 1), correlate(rest, down, 1)] };
  });
}

/** The correlation with a kernel at every `step`-th sample, mirrored about the outermost samples. */
function correlate(grid: Grid, kernel: Grid, step: 1 | 2): Grid {
  const radius = (kernel.width - 1) / 2;
  const padded = mirror(grid, radius);
  const out = emptyGrid(Math.ceil(grid.width / step), Math.ceil(grid.height / step));
  const taps = [...kernel.data.keys()].filter((k) => kernel.data[k] !== 0);
  // In fours, so that sums are read and written a quarter as often; a weight of zero fills the last four.
  const fours = Array.from({ length: Math.ceil(taps.length / 4) }, (_, f) => {
    const four = Array.from({ length: 4 }, (_, i) => taps[4 * f + i] ?? -1);
    return {
      starts: four.map((k) => (k < 0 ? 0 : Math.floor(k / kernel.width) * padded.width + (k % kernel.width))),
      weights: four.map((k) => (k < 0 ? 0 : kernel.data[k])),
    };
  });
  for (let y = 0; y < out.height; y++) {
    const row = out.data.subarray(y * out.width, (y + 1) * out.width);
    for (const { starts, weights } of fours) addFour(padded.data, y * step * padded.width, starts, step, weights, row);
  }
  return out;
}

/** Adds weighted samples from four places, each at every `step`-th one. */
function addFour(
  from: Float64Array,
  origin: number,
  starts: readonly number[],
  step: 1 | 2,
  weights: readonly number[],
  to: Float64Array,
): void {
  const [a, b, c, d] = starts.map((start) => origin + start);
  const [p, q, r, s] = weights;
  if (step === 1)
    for (let i = 0; i < to.length; i++) to[i] += p * from[a + i] + q * from[b + i] + r * from[c + i] + s * from[d + i];
  else
    for (let i = 0, at = 0; i < to.length; i++, at += 2)
      to[i] += p * from[a + at] + q * from[b + at] + r * from[c + at] + s * from[d + at];
}

/** The grid with a margin that mirrors it about its outermost samples. */
export function mirror({ data, width, height }: Grid, margin: number): Grid {
  const out = emptyGrid(width + 2 * margin, height + 2 * margin);
  const inside = (at: number, side: number) => (at < 0 ? -at : at < side ? at : 2 * (side - 1) - at);
  for (let y = 0, i = 0; y < out.height; y++) {
    const row = inside(y - margin, height) * width;
    for (let x = 0; x < out.width; x++) out.data[i++] = data[row + inside(x - margin, width)];
  }
  return out;
}
