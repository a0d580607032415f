import { directGradient, viewsOf } from './direct';
import type { Plan, Shape, Taps } from './plan';

/** Two rows at a time for a layer of one output: assembly/direct.ts, convolveSingle. */
export const single: Plan = {
  name: 'single output',
  fits: ({ outputs }) => outputs === 1,
  packedLength: ({ inputs, kernel }) => inputs * (kernel + 1) * kernel * 2,
  pack: packSingle,
  workspace: () => 0,
  convolve: (kernels, views, job) => {
    const { from, to } = viewsOf(views, job);
    const { shape, weights, bias, mode } = job;
    const { width, height } = job.to;
    return () => void kernels.convolveSingle(from, weights, bias, shape.kernel, to, width, height, mode);
  },
  kernelGradient: directGradient,
};

/**
 * [input][row, one more][column][2]: the tap of an input row for the upper output row is that of the next row for the
 * lower.
 */
function packSingle(target: Float32Array, start: number, { inputs, kernel }: Shape, taps: Taps): void {
  const area = kernel ** 2;
  const { weights, first, input, step } = taps;
  for (let i = 0; i < inputs; i++)
    for (let tap = 0; tap < area; tap++) {
      const at = start + (i * (area + kernel) + tap) * 2;
      target[at] = target[at + 2 * kernel + 1] = weights[first + i * input + tap * step];
    }
}
