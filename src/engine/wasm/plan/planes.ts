import { type Graph, needed, readers } from './graph';
import { roundUp } from './plan';

/** Sixteen floats: one cache line. */
const LINE = 16;

/** How planes lie in a thread's memory: lengths in floats, `pad` zeros on every side. */
export interface Planes {
  channels: number;
  pad: number;
  row: number;
  plane: number;
  start: number;
}

// An odd number of cache lines: planes a power of two apart would all compete for the same few sets of the cache.
export function planeLength(floats: number): number {
  const lines = Math.ceil(floats / LINE) + 1;
  return (lines | 1) * LINE;
}

/** The place of a value of a patch. */
export interface TrainingValue {
  /** Its samples; after the backward pass came by, their gradient where `gradient` is the same. */
  planes: Planes;
  gradient: Planes;
  /** The sums before a PReLU, which its gradient needs. */
  sums?: Planes;
  /** Samples at each edge that nothing depends on, as the loss leaves out a border. */
  margin: number;
}

/**
 * The memory of a patch, in floats. A value that one step reads shares its planes with its gradient, if the gradient
 * needs no more of it than a sign; so its border suits the kernel that reads it forwards and the one that reads it
 * backwards.
 */
export function trainingValues(
  graph: Graph,
  width: number,
  height: number,
  border: number,
): { values: TrainingValue[]; spare: Planes | null; length: number } {
  const { steps, channels, factor } = graph;
  const margins = needed(graph, -Math.floor(border / factor)).map((need) => Math.max(0, -need));
  const counts = readers(graph);
  let length = 0;
  const place = (planes: number, pad: number): Planes => {
    const row = roundUp(width, 16) + 2 * pad;
    const plane = planeLength(row * (height + 2 * pad));
    const start = length;
    length += planes * plane;
    return { channels: planes, pad, row, plane, start };
  };
  const padOf = (step: (typeof steps)[number] | undefined) =>
    step?.kind === 'convolution' ? (step.slice.kernel - 1) / 2 : 0;
  const values = channels.map((count, i): TrainingValue => {
    const made = steps[i - 1];
    const backwards = i > 1 ? padOf(made) : 0;
    const planes = place(count, Math.max(padOf(steps[i]), backwards));
    const activation = made?.kind === 'convolution' ? made.slice.activation : 'linear';
    const sums = activation === 'prelu' ? place(count, 0) : undefined;
    const last = i === steps.length;
    const shares = last
      ? activation === 'linear' || activation === 'prelu'
      : counts[i] === 1 && activation !== 'tanh' && activation !== 'leaky';
    const gradient = i === 0 || shares ? planes : place(count, backwards);
    return { planes, gradient, sums, margin: i === 0 ? 0 : margins[i] };
  });
  const shared = counts.some((count, i) => i > 0 && count > 1);
  const spare = shared ? place(Math.max(...channels), 0) : null;
  return { values, spare, length: slack(length, values) };
}

/** Blocks reach past the last row. */
function slack(length: number, values: readonly TrainingValue[]): number {
  return length + 16 * Math.max(...values.map(({ planes }) => planes.row)) + 64;
}
