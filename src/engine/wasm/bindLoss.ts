import { areaOf } from '../losses/area';
import { lossNames, losses } from '../losses/losses';
import type { Kernels } from './kernels';
import type { TrainTask } from './task';

/**
 * Returns a function that replaces the outputs of patch n by their gradient and returns the sum of its loss. `output`
 * describes the outputs, whose shuffle has this factor; `workspace` is this thread's own.
 */
export function bindLoss(
  task: TrainTask,
  kernels: Kernels,
  output: number,
  factor: number,
  workspace: number,
): (n: number) => number {
  const { channels, width, height, border, count, loss, frequencies } = task;
  const target = { width: width * factor, height: height * factor };
  const area = areaOf(lossNames[loss], target, border);
  const counted = count * channels * area.width * area.height;
  const targetOf = (n: number) => task.target + 4 * n * channels * target.width * target.height;
  if (losses[lossNames[loss]].kind === 'frequencies')
    return (n) =>
      kernels.frequencyLossOf(output, width, height, targetOf(n), factor, border, 2 / counted, frequencies, workspace);
  const scale = (loss === 0 ? 2 : 1) / counted;
  return (n) => kernels.lossOf(loss, output, width, height, targetOf(n), factor, border, scale);
}
