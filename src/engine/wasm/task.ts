import { activations, type Layer } from '../../network/network';

/** Bytes at the start of the shared memory kept for the compiler's own data and for the task's description. */
export const CONTROL_BYTE = 65536;
export const FIRST_FREE_BYTE = CONTROL_BYTE + 4096;

/** Positions of the words that threads and main thread change while they work. */
export const GENERATION = 0;
export const NEXT = 1;
export const PENDING = 2;
/** The memory's length in pages of 64 KB when the task was written. */
export const PAGES = 3;
export const PAGE_BYTES = 65536;
const FIELDS = 8;

/**
 * The fields of both kinds of task. Addresses are bytes in the shared memory; the layers are those of a lowered
 * network.
 */
interface Common {
  /** Parts of the work; a thread takes one after the other. */
  chunks: number;
  count: number;
  channels: number;
  /** Of the input. */
  width: number;
  height: number;
  /** Packed weights. */
  weights: number;
  input: number;
  target: number;
  /** Memory for each thread, one after the other. */
  scratch: number;
  scratchBytes: number;
}

/** Loss and gradients of a batch: `gradients` has a gradient for each chunk, `losses` a float64. */
export interface TrainTask extends Common {
  kind: 'train';
  /** Patches of a chunk. */
  chunkSize: number;
  border: number;
  /** Position in `lossNames`. */
  loss: number;
  /** The table of a loss of frequencies. */
  frequencies: number;
  gradients: number;
  losses: number;
  /** 0: only the loss is wanted. */
  differentiate: number;
  layers: readonly Layer[];
}

/** A picture, in parts of stripWidth x segmentHeight samples of its input. */
export interface PredictTask extends Common {
  kind: 'predict';
  stripWidth: number;
  segmentHeight: number;
  layers: readonly Layer[];
}

/** The next work of the threads. */
export type Task = TrainTask | PredictTask;

const common = [
  'chunks',
  'count',
  'channels',
  'width',
  'height',
  'weights',
  'input',
  'target',
  'scratch',
  'scratchBytes',
];
const fields: Readonly<Record<Task['kind'], readonly string[]>> = {
  train: [...common, 'chunkSize', 'border', 'loss', 'frequencies', 'gradients', 'losses', 'differentiate'],
  predict: [...common, 'stripWidth', 'segmentHeight'],
};
const kinds = ['train', 'predict'] as const;
const layerKinds = ['convolution', 'add', 'shuffle'] as const;

/** A layer as four whole numbers. */
function layerWords(layer: Layer): number[] {
  if (layer.kind === 'convolution') return [0, layer.filters, layer.kernel, activations.indexOf(layer.activation)];
  if (layer.kind === 'add') return [1, layer.layer === 'input' ? -1 : layer.layer, 0, 0];
  if (layer.kind === 'shuffle') return [2, layer.factor, 0, 0];
  throw new TypeError(`a ${layer.kind} layer was not lowered`);
}

function layerOf([kind, a, b, c]: number[]): Layer {
  if (layerKinds[kind] === 'convolution')
    return { kind: 'convolution', filters: a, kernel: b, activation: activations[c] };
  return layerKinds[kind] === 'add' ? { kind: 'add', layer: a < 0 ? 'input' : a } : { kind: 'shuffle', factor: a };
}

/** Writes a task where the threads read it. */
export function writeTask(control: Int32Array, task: Task): void {
  const words = [kinds.indexOf(task.kind)];
  const numbers = task as unknown as Record<string, number>;
  for (const name of fields[task.kind]) words.push(numbers[name]);
  words.push(task.layers.length, ...task.layers.flatMap(layerWords));
  control.set(words, FIELDS);
}

/** The most layers that a task has room for. */
export const MOST_LAYERS = Math.floor((1024 - FIELDS - 20) / 4);

/** Reads what writeTask wrote. */
export function readTask(control: Int32Array): Task {
  let at = FIELDS;
  const kind = kinds[control[at++]];
  const numbers = Object.fromEntries(fields[kind].map((name) => [name, control[at++] >>> 0]));
  const layers = Array.from({ length: control[at++] }, () => layerOf([...control.subarray(at, (at += 4))]));
  return { kind, ...numbers, layers } as unknown as Task;
}
