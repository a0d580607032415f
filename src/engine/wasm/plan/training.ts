// The memory that a thread needs for a patch, as the engine allocates it and the trainer uses it.
import { type Graph } from './graph';
import type { PackedLayer } from './packed';
import { trainingValues } from './planes';
import { roundUp } from './plan';
import { BLOCK_WORKSPACE } from '../lossTable';
import { VIEW_BYTES } from './views';

/** Workspaces of each layer's plans, in floats from the start of a thread's memory. */
export interface Workspaces {
  forwards: number[];
  backwards: number[];
  /** Sixteen vectors for the sums of the paired kernels. */
  room: number;
  /** For a loss of blocks. */
  block: number;
  /** Descriptions of planes for the kernels. */
  views: number;
  /** Floats of it all. */
  length: number;
}

/** Places the workspaces behind the planes, for outputs of up to width x height. */
export function workspacesOf(
  { steps }: Graph,
  packed: readonly PackedLayer[],
  planes: number,
  width: number,
  height: number,
): Workspaces {
  let length = roundUp(planes, 16);
  const take = (floats: number) => (length += roundUp(floats, 4)) - roundUp(floats, 4);
  const place = (which: 'forwards' | 'backwards') =>
    packed.map((layer) => take(layer[which].plan.workspace(layer[which].shape, width, height)));
  const [forwards, backwards] = [place('forwards'), place('backwards')];
  const room = take(64);
  const block = take(BLOCK_WORKSPACE);
  // A step has up to sixteen descriptions in its passes.
  const views = take(((steps.length + 1) * 16 * VIEW_BYTES) / 4);
  return { forwards, backwards, room, block, views, length };
}

/** Floats that a thread needs to train on patches of width x height. */
export function trainingLength(graph: Graph, packed: readonly PackedLayer[], width: number, height: number): number {
  return workspacesOf(graph, packed, trainingValues(graph, width, height, 0).length, width, height).length;
}
