import { type Plan, roundUp, type Shape, SLACK, type Taps } from './plan';

/**
 * Groups of 3 taps that a row of the kernels is taken as. A group with a single tap saves nothing, and would let
 * rounding depend on a sample beyond the kernel's reach.
 */
const groupsOf = (kernel: number) => Math.ceil(kernel / 3);

/** In floats: samples in planes with slack for blocks that reach past the last tile, lines for 4 outputs, sums. */
function layout({ kernel }: Shape, width: number, height: number) {
  const groups = groupsOf(kernel);
  const tiles = Math.ceil(width / 2);
  const plane = roundUp(tiles * (height + kernel - 1) + SLACK, 4);
  const line = roundUp(tiles * height + SLACK, 4);
  const lines = 4 * groups * plane;
  const sums = lines + 16 * line;
  return { groups, tiles, plane, line, lines, sums, length: sums + 16 * groups * kernel };
}

/** Minimal filtering F(2,3) along rows, for a first layer with one input plane: assembly/winograd3.ts. */
export const winograd3: Plan = {
  name: 'winograd3',
  fits: ({ first, inputs, outputs, kernel }) => first && inputs === 1 && outputs > 1 && kernel % 3 !== 1,
  packedLength: ({ outputs, kernel }) => roundUp(outputs, 4) * 4 * groupsOf(kernel) * kernel,
  pack: packWinograd3,
  workspace: (shape, width, height) => layout(shape, width, height).length,
  convolve: (kernels, views, { shape, from, under, to, weights, bias, mode, workspace }) => {
    const { width, height } = to;
    const input = views.add({ data: under, plane: from.plane, row: from.row, count: from.channels });
    const output = views.add({ data: to.origin, plane: to.plane, row: to.row, count: to.channels });
    const space = views.add(workspaceOf(shape, width, height, workspace));
    return () => {
      kernels.transformWinograd3(input, height + shape.kernel - 1, space);
      kernels.convolveWinograd3(space, weights, bias, shape.kernel, output, width, height, mode);
    };
  },
  kernelGradient: (kernels, views, { job, delta }) => {
    const { width, height } = delta;
    const deltas = views.add({ data: delta.origin, plane: delta.plane, row: delta.row, count: delta.channels });
    const space = views.add(workspaceOf(job.shape, width, height, job.workspace));
    return (kernelGradient, biasGradient) =>
      void kernels.kernelGradientWinograd3(
        deltas,
        space,
        job.shape.kernel,
        width,
        height,
        kernelGradient,
        biasGradient,
      );
  },
};

function workspaceOf(shape: Shape, width: number, height: number, at: number) {
  const { groups, tiles, plane, line, lines, sums } = layout(shape, width, height);
  return {
    data: at,
    plane: 4 * plane,
    row: 0,
    count: groups,
    lines: at + 4 * lines,
    line: 4 * line,
    sums: at + 4 * sums,
    tiles,
  };
}

/** Each row's taps transformed in groups of 3: [outputs / 4][j][group][row][4]. */
function packWinograd3(target: Float32Array, start: number, { outputs, kernel }: Shape, taps: Taps): void {
  const groups = groupsOf(kernel);
  const next = 4 * groups * kernel;
  const { weights, first, output, step } = taps;
  for (let o = 0; o < outputs; o++)
    for (let g = 0; g < groups; g++)
      for (let r = 0; r < kernel; r++) {
        const tap = first + o * output + (r * kernel + 3 * g) * step;
        const g0 = weights[tap];
        const g1 = 3 * g + 1 < kernel ? weights[tap + step] : 0;
        const g2 = 3 * g + 2 < kernel ? weights[tap + 2 * step] : 0;
        const at = start + (((o >> 2) * 4 * groups + g) * kernel + r) * 4 + (o & 3);
        target[at] = g0;
        target[at + next] = (g0 + g1 + g2) / 2;
        target[at + 2 * next] = (g0 - g1 + g2) / 2;
        target[at + 3 * next] = g2;
      }
}
