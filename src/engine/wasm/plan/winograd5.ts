import { type Plan, roundUp, type Shape, SLACK, type Taps } from './plan';

/** The points of the filter beside 0 and infinity, each with its negative: 1, 2 and 1/2, and the factors there. */
const [factor1, factor2, factorHalf] = [-2 / 9, 1 / 90, 32 / 45];

/** In floats, as in winograd3.ts. */
function layout(inputs: number, width: number, height: number) {
  const tiles = Math.ceil(width / 4);
  const plane = roundUp(tiles * (height + 4) + SLACK, 4);
  const line = roundUp(tiles * height + SLACK, 4);
  const lines = 8 * inputs * plane;
  const sums = lines + 32 * line;
  return { tiles, plane, line, lines, sums, length: sums + 32 * 5 * inputs };
}

/**
 * Minimal filtering F(4,5) along rows, in training, for 5x5 kernels between many planes: assembly/winograd5.ts. It
 * rounds about twice as much as the direct convolution; narrow layers stay with that, as they take little time anyhow.
 */
export const winograd5: Plan = {
  name: 'winograd5',
  fits: ({ first, inputs, outputs, kernel, use }) =>
    use === 'train' && !first && Math.min(inputs, outputs) > 8 && kernel === 5,
  packedLength: ({ outputs, inputs }) => roundUp(outputs, 4) * 8 * inputs * 5,
  pack: packWinograd5,
  workspace: ({ inputs }, width, height) => layout(inputs, width, height).length,
  convolve: (kernels, views, { shape, from, under, to, weights, bias, mode, workspace }) => {
    const { width, height } = to;
    const input = views.add({ data: under, plane: from.plane, row: from.row, count: from.channels });
    const output = views.add({ data: to.origin, plane: to.plane, row: to.row, count: to.channels });
    const space = views.add(workspaceOf(shape, width, height, workspace));
    return () => {
      kernels.transformWinograd5(input, height + 4, space);
      kernels.convolveWinograd5(space, weights, bias, output, width, height, mode);
    };
  },
  kernelGradient: (kernels, views, { job, delta }) => {
    const { width, height } = delta;
    const deltas = views.add({ data: delta.origin, plane: delta.plane, row: delta.row, count: delta.channels });
    const space = views.add(workspaceOf(job.shape, width, height, job.workspace));
    return (kernelGradient, biasGradient) =>
      void kernels.kernelGradientWinograd5(deltas, space, width, height, kernelGradient, biasGradient);
  },
};

function workspaceOf({ inputs }: Shape, width: number, height: number, at: number) {
  const { tiles, plane, line, lines, sums } = layout(inputs, width, height);
  return {
    data: at,
    plane: 4 * plane,
    row: 0,
    count: inputs,
    lines: at + 4 * lines,
    line: 4 * line,
    sums: at + 4 * sums,
    tiles,
  };
}

/**
 * Each row's 5 taps as the values of their polynomial at 0, 1, -1, 2, -2, 1/2, -1/2 and infinity, each with its factor:
 * [outputs / 4][j][input][row][4].
 */
function packWinograd5(target: Float32Array, start: number, { outputs, inputs }: Shape, taps: Taps): void {
  const next = 20 * inputs;
  const { weights, first, output, input, step } = taps;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let r = 0; r < 5; r++) {
        const tap = first + o * output + i * input + 5 * r * step;
        const g0 = weights[tap];
        const g1 = weights[tap + step];
        const g2 = weights[tap + 2 * step];
        const g3 = weights[tap + 3 * step];
        const g4 = weights[tap + 4 * step];
        const even1 = factor1 * (g0 + (g2 + g4));
        const odd1 = factor1 * (g1 + g3);
        const even2 = factor2 * (g0 + 4 * (g2 + 4 * g4));
        const odd2 = factor2 * 2 * (g1 + 4 * g3);
        const evenHalf = factorHalf * (g0 + 0.25 * (g2 + 0.25 * g4));
        const oddHalf = factorHalf * 0.5 * (g1 + 0.25 * g3);
        const at = start + (((o >> 2) * 8 * inputs + i) * 5 + r) * 4 + (o & 3);
        target[at] = g0;
        target[at + next] = even1 + odd1;
        target[at + 2 * next] = even1 - odd1;
        target[at + 3 * next] = even2 + odd2;
        target[at + 4 * next] = even2 - odd2;
        target[at + 5 * next] = evenHalf + oddHalf;
        target[at + 6 * next] = evenHalf - oddHalf;
        target[at + 7 * next] = g4;
      }
}
