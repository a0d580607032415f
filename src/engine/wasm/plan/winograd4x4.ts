import { viewsOf } from './direct';
import { type Plan, roundUp, type Shape, SLACK, type Taps } from './plan';

/** The points of the filter, as in assembly/winograd4x4.ts: 0, a, -a, b, -b and infinity. */
const [a, b] = [3 / 4, 3 / 2];
const TILE = 4;
const POINTS = 36;
const MOST = 64;
const LEAST = 12;
/** Floats for the transforms between their two passes. */
const ROOM = 256;

/** A cache line between the points: whole planes apart, their samples would compete for the same few sets. */
const GAP = 16;

/** In floats: planes of samples, lines of 4 filters' products (before them, one plane's rows), sums and room. */
function layout({ inputs }: Shape, width: number, height: number) {
  const tiles = Math.ceil(width / TILE);
  const tileRows = Math.ceil(height / TILE);
  const plane = roundUp(tiles * tileRows + SLACK, 4);
  const point = inputs * plane + GAP;
  const lines = POINTS * point;
  const sums = lines + 4 * POINTS * plane;
  return { tiles, plane, point, lines, sums, length: sums + 4 * POINTS * roundUp(inputs, 4) + ROOM };
}

/**
 * Minimal filtering F(4x4, 3x3) for 3x3 kernels between 9 to 64 planes, at least 12 on one side. It takes a quarter of
 * the direct convolution's products and rounds twice as much: assembly/winograd4x4.ts.
 */
export const winograd4x4: Plan = {
  name: 'winograd4x4',
  tile: TILE,
  bends: true,
  fits: ({ first, inputs, outputs, kernel }) =>
    !first &&
    kernel === 3 &&
    Math.max(inputs, outputs) <= MOST &&
    Math.max(inputs, outputs) >= LEAST &&
    Math.min(inputs, outputs) > 8,
  packedLength: ({ outputs, inputs }) => roundUp(outputs, 4) * POINTS * inputs,
  pack: packWinograd4x4,
  workspace: (shape, width, height) => layout(shape, width, height).length,
  convolve: (kernels, views, job) => {
    const { shape, to, weights, bias, mode, slopes = 0, workspace } = job;
    const { width, height } = to;
    const planes = viewsOf(views, job);
    const space = views.add(workspaceOf(shape, width, height, workspace));
    return () => {
      kernels.transformWinograd4x4(planes.from, height, space);
      kernels.convolveWinograd4x4(space, weights, bias, planes.to, width, height, mode, slopes);
    };
  },
  kernelGradient: (kernels, views, { job, delta }) => {
    const { width, height } = delta;
    const deltas = views.add({ data: delta.origin, plane: delta.plane, row: delta.row, count: delta.channels });
    const space = views.add(workspaceOf(job.shape, width, height, job.workspace));
    return (kernelGradient, biasGradient) =>
      void kernels.kernelGradientWinograd4x4(deltas, space, width, height, kernelGradient, biasGradient);
  },
};

function workspaceOf(shape: Shape, width: number, height: number, at: number) {
  const { tiles, plane, point, lines, sums } = layout(shape, width, height);
  const line = 4 * plane;
  return {
    data: at,
    plane: line,
    row: 4 * point,
    count: shape.inputs,
    lines: at + 4 * lines,
    line,
    sums: at + 4 * sums,
    tiles,
  };
}

const q = 1 / (2 * a * a * (a * a - b * b));
const r = 1 / (2 * b * b * (b * b - a * a));
const infinity = 1 / (a * a * b * b);

/** The six values of three taps, `step` apart in `to`. */
function valuesOf(g0: number, g1: number, g2: number, to: Float64Array, at: number, step: number): void {
  const evenA = q * (g0 + a * a * g2);
  const oddA = q * a * g1;
  const evenB = r * (g0 + b * b * g2);
  const oddB = r * b * g1;
  to[at] = infinity * g0;
  to[at + step] = evenA + oddA;
  to[at + 2 * step] = evenA - oddA;
  to[at + 3 * step] = evenB + oddB;
  to[at + 4 * step] = evenB - oddB;
  to[at + 5 * step] = g2;
}

const columns = new Float64Array(18);
const values = new Float64Array(POINTS);

/** Taps transformed down the columns and along the rows, in double precision: [outputs / 4][point][input][4]. */
function packWinograd4x4(target: Float32Array, start: number, { outputs, inputs }: Shape, taps: Taps): void {
  const { weights, first, output, input, step } = taps;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++) {
      const tap = first + o * output + i * input;
      for (let c = 0; c < 3; c++) {
        const top = tap + c * step;
        valuesOf(weights[top], weights[top + 3 * step], weights[top + 6 * step], columns, c, 3);
      }
      for (let y = 0; y < 6; y++) valuesOf(columns[3 * y], columns[3 * y + 1], columns[3 * y + 2], values, 6 * y, 1);
      let at = start + ((o >> 2) * POINTS * inputs + i) * 4 + (o & 3);
      for (let point = 0; point < POINTS; point++, at += 4 * inputs) target[at] = values[point];
    }
}
