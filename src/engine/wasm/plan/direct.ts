import type { Kernels } from '../kernels';
import type { GradientJob, Job, Plan, Shape, Taps } from './plan';
import { roundUp } from './plan';
import type { Views } from './views';

/** The planes that a convolution reads and writes, as two descriptions. */
export const viewsOf = (views: Views, { from, under, to }: Job) => ({
  from: views.add({ data: under, plane: from.plane, row: from.row, count: from.channels }),
  to: views.add({ data: to.origin, plane: to.plane, row: to.row, count: to.channels }),
});

/** The definition, product by product, for 4 outputs at a time: assembly/direct.ts. It fits everything. */
export const direct: Plan = {
  name: 'direct',
  fits: () => true,
  packedLength: ({ outputs, inputs, kernel }) => roundUp(outputs, 4) * inputs * kernel ** 2,
  pack: packDirect,
  workspace: () => 0,
  convolve: (kernels, views, job) => {
    const { from, to } = viewsOf(views, job);
    const { shape, weights, bias, mode } = job;
    const { width, height } = job.to;
    return () => void kernels.convolve(from, weights, bias, shape.kernel, to, width, height, mode);
  },
  kernelGradient: directGradient,
};

/** [outputs / 4][input][row][column][4] */
function packDirect(target: Float32Array, start: number, { outputs, inputs, kernel }: Shape, taps: Taps): void {
  const area = kernel ** 2;
  const { weights, first, output, input, step } = taps;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let tap = 0; tap < area; tap++)
        target[start + (((o >> 2) * inputs + i) * area + tap) * 4 + (o & 3)] =
          weights[first + o * output + i * input + tap * step];
}

/** The gradient of kernels, also for the plans that have no way of their own. */
export function directGradient(kernels: Kernels, views: Views, { job, delta }: GradientJob) {
  const { from } = viewsOf(views, job);
  const deltas = views.add({ data: delta.origin, plane: delta.plane, row: delta.row, count: delta.channels });
  const { kernel } = job.shape;
  return (kernelGradient: number, biasGradient: number) =>
    void kernels.kernelGradient(
      deltas,
      from,
      kernel,
      delta.width,
      delta.height,
      kernelGradient,
      biasGradient,
      delta.pad,
    );
}
