import { EngineError } from '../../errors';
import { lossNames } from '../losses/losses';
import { lossTable } from './lossTable';
import { bandMemory } from './plan/bands';
import { graphOf } from './plan/graph';
import { packedLayers } from './plan/packed';
import { trainingLength } from './plan/training';
import { FIRST_FREE_BYTE, type Task } from './task';

/**
 * Throws EngineError unless everything that thread `index` reads and writes for a task lies in a memory of `bytes`,
 * behind the words that the threads share, and its border leaves a sample. Native kernels would write anywhere else,
 * too.
 */
export function checkTask(task: Task, index: number, bytes: number): void {
  if (task.kind === 'train') checkBorder(task);
  for (const [name, start, length] of blocksOf(task, index))
    if (!(start >= FIRST_FREE_BYTE && start % 4 === 0 && start + length <= bytes))
      throw new EngineError(
        `a task's ${name} at ${start} to ${start + length} lie outside the memory of ${bytes} bytes: please report it`,
      );
}

/** Rows are cleared up to the border: a wider one would clear what lies behind them. */
function checkBorder({ channels, width, height, layers, border }: Task & { kind: 'train' }): void {
  const { factor } = graphOf({ channels: channels as 1 | 3, layers });
  if (!(2 * border < factor * Math.min(width, height)))
    throw new EngineError(
      `a task's border ${border} leaves nothing of ${factor * width}x${factor * height} samples: please report it`,
    );
}

/** Names, addresses and bytes of what a thread uses. */
function blocksOf(task: Task, index: number): [string, number, number][] {
  const { count, channels, width, height, layers } = task;
  const graph = graphOf({ channels: channels as 1 | 3, layers });
  const { packed, length } = packedLayers(graph.slices, task.kind);
  const input = 4 * count * channels * width * height;
  const own = 4 * ownFloats(task, graph, packed);
  return [
    ['weights', task.weights, 4 * length],
    ['inputs', task.input, input],
    ['targets', task.target, input * graph.factor ** 2],
    ['planes', task.scratch + index * task.scratchBytes, Math.max(own, task.scratchBytes)],
    ...(task.kind === 'train' ? resultsOf(task, graph.slices.at(-1)!.end) : []),
  ];
}

function resultsOf(task: Task & { kind: 'train' }, weightCount: number): [string, number, number][] {
  const { chunks, gradients, losses, differentiate, loss, frequencies } = task;
  return [
    ['losses', losses, 8 * chunks],
    ['loss table', frequencies, 4 * lossTable(lossNames[loss]).length],
    ...(differentiate ? [['gradients', gradients, 4 * chunks * weightCount] as [string, number, number]] : []),
  ];
}

function ownFloats(
  task: Task,
  graph: ReturnType<typeof graphOf>,
  packed: ReturnType<typeof packedLayers>['packed'],
): number {
  return task.kind === 'train'
    ? trainingLength(graph, packed, task.width, task.height)
    : bandMemory(graph, packed, task.stripWidth).length;
}
