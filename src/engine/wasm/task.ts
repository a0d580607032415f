import type { Convolution } from '../../network/network';

/** Bytes at the start of the shared memory kept for the compiler's own data and for the task's description. */
export const CONTROL_BYTE = 65536;
export const FIRST_FREE_BYTE = CONTROL_BYTE + 4096;

/** Positions of the words that threads and main thread change while they work. */
export const GENERATION = 0;
export const NEXT = 1;
export const PENDING = 2;
const FIELDS = 8;

/** What the threads are to do next; all pointers are byte addresses in the shared memory. */
export interface Task {
  kind: 'train' | 'predict';
  chunks: number;
  chunkSize: number;
  count: number;
  width: number;
  height: number;
  border: number;
  stripWidth: number;
  segmentHeight: number;
  weights: number;
  input: number;
  target: number;
  /** 0: only the loss is wanted. */
  gradients: number;
  losses: number;
  scratch: number;
  scratchBytes: number;
  layers: readonly Convolution[];
}

const KINDS = ['train', 'predict'] as const;
const NUMBERS = [
  'chunks',
  'chunkSize',
  'count',
  'width',
  'height',
  'border',
  'stripWidth',
  'segmentHeight',
  'weights',
  'input',
  'target',
  'gradients',
  'losses',
  'scratch',
  'scratchBytes',
] as const;

export function writeTask(control: Int32Array, task: Task): void {
  let at = FIELDS;
  control[at++] = KINDS.indexOf(task.kind);
  for (const name of NUMBERS) control[at++] = task[name];
  control[at++] = task.layers.length;
  for (const layer of task.layers) {
    control[at++] = layer.filters;
    control[at++] = layer.kernel;
    control[at++] = layer.activation === 'relu' ? 1 : 0;
  }
}

export function readTask(control: Int32Array): Task {
  let at = FIELDS;
  const kind = KINDS[control[at++]];
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, control[at++] >>> 0])) as Omit<
    Task,
    'kind' | 'layers'
  >;
  const layers = Array.from({ length: control[at++] }, (): Convolution => ({
    kind: 'convolution',
    filters: control[at++],
    kernel: control[at++],
    activation: control[at++] ? 'relu' : 'linear',
  }));
  return { kind, ...numbers, layers };
}
