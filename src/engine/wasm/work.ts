import { checkTask } from './checkTask';
import type { Kernels } from './kernels';
import { predictor } from './predictor';
import type { Task } from './task';
import { trainer } from './trainer';

/**
 * Returns a function that does a chunk of a task on thread `index`. Throws EngineError for a task that reaches out of
 * the memory.
 */
export function workOf(
  task: Task,
  index: number,
  memory: WebAssembly.Memory,
  kernels: Kernels,
): (chunk: number) => void {
  checkTask(task, index, memory.buffer.byteLength);
  const scratch = task.scratch + index * task.scratchBytes;
  return task.kind === 'train' ? trainer(task, scratch, memory, kernels) : predictor(task, scratch, memory, kernels);
}
