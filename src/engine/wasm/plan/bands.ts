// How a picture is cut for prediction: strips, each walked downwards in bands of rows, so that all planes of a band
// stay in the cache.
import type { Graph } from './graph';
import { type PackedLayer } from './packed';
import { type Planes, planeLength } from './planes';
import { roundUp } from './plan';
import { VIEW_BYTES } from './views';

/**
 * Rows that pass through all layers at once: with strips of 128 samples, the planes of 9-1-7 for them fit a cache of
 * 512 KB.
 */
export const BAND = 8;
const STRIP = 128;
const LINE = 16;

/** Samples of a value that are computed beside those of a strip's output: above and on the left, below and right. */
interface Around {
  before: number;
  after: number;
}

/** The side of the squares that bands and strips keep whole. */
export const tileOf = (packed: readonly PackedLayer[]) =>
  Math.max(...packed.map(({ forwards }) => forwards.plan.tile ?? 1));

/**
 * What each value needs around a part of the output. Where a layer computes squares, the part begins so much earlier
 * that they end with it: then they lie at the same places of the picture in all parts.
 */
function aroundOf({ steps, channels }: Graph, packed: readonly PackedLayer[]): Around[] {
  const around = channels.map((): Around => ({ before: 0, after: 0 }));
  const grow = (value: number, { before, after }: Around, reach: number) => {
    around[value].before = Math.max(around[value].before, before + reach);
    around[value].after = Math.max(around[value].after, after + reach);
  };
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    const made = around[i + 1];
    if (step.kind === 'add') {
      grow(i, made, 0);
      grow(step.other, made, 0);
      continue;
    }
    const tile = packed[step.index].forwards.plan.tile ?? 1;
    made.before = roundUp(made.before + made.after, tile) - made.after;
    grow(i, made, (step.slice.kernel - 1) / 2);
  }
  return around;
}

/** How wide the strips of a picture are: equal, and no sample wasted in the first layer's blocks. */
export function stripWidth(graph: Graph, packed: readonly PackedLayer[], width: number): number {
  const [, { before, after }] = aroundOf(graph, packed);
  const strips = Math.ceil(width / Math.max(16, STRIP - before - after));
  const [least, tile] = [Math.ceil(width / strips), tileOf(packed)];
  return tile > 1 ? roundUp(least, tile) : roundUp(least + before + after, 8) - before - after;
}

/** Rows of a strip that a thread takes at once. */
const SEGMENT = { least: 64, most: 512 };

/**
 * The height of equal segments of strips `across`, with which the thread that has most to do has the least: more
 * segments spread better, and compute more rows twice where they meet.
 */
export function segmentRows(
  graph: Graph,
  packed: readonly PackedLayer[],
  height: number,
  across: number,
  threads: number,
): number {
  const [, { before, after }] = aroundOf(graph, packed);
  let least = Infinity;
  let best = 0;
  for (let segments = Math.ceil(height / SEGMENT.most); segments <= Math.ceil(height / SEGMENT.least); segments++) {
    const rows = roundUp(Math.ceil(height / segments), BAND);
    const work = Math.ceil((across * segments) / threads) * (rows + (before + after) / 2);
    if (work < least) [least, best] = [work, rows];
  }
  return best;
}

/** A value's rows in a band, with what is needed around the strip's output. */
export interface BandValue extends Omit<Planes, 'pad'>, Around {
  width: number;
  height: number;
  /** Rows that the next band needs again. */
  keep: number;
}

/** The buffers of one band of a strip `width` samples wide, and the floats they take up. */
function bandValues(
  graph: Graph,
  packed: readonly PackedLayer[],
  width: number,
): { values: BandValue[]; length: number } {
  const around = aroundOf(graph, packed);
  let length = 0;
  const values = graph.channels.map((channels, i): BandValue => {
    const wider = around[i].before + around[i].after;
    const size = { width: width + wider, height: BAND + wider };
    const row = roundUp(size.width, 16) + LINE;
    const plane = planeLength(row * size.height);
    const start = length;
    length += channels * plane;
    return { channels, ...around[i], row, plane, start, keep: rowsKept(graph, around, i), ...size };
  });
  return { values, length: length + 16 * Math.max(...values.map(({ row }) => row)) + 64 };
}

/** A convolution reads `reach` rows above its first new one, an addition from its first new one on. */
function rowsKept({ steps }: Graph, around: readonly Around[], value: number): number {
  const rows = steps.map((step, i) => {
    const lag = around[value].after - around[i + 1].after;
    if (step.kind === 'add') return i === value || step.other === value ? lag : 0;
    return i === value ? lag + (step.slice.kernel - 1) / 2 : 0;
  });
  return Math.max(0, ...rows);
}

/** The place of a thread's memory for a strip, in floats from its start. */
export function bandMemory(graph: Graph, packed: readonly PackedLayer[], strip: number) {
  const { values, length } = bandValues(graph, packed, strip);
  const workspace = roundUp(length, 16);
  const rooms = graph.steps.map((step, i) => {
    if (step.kind === 'add') return 0;
    const { plan, shape } = packed[step.index].forwards;
    return plan.workspace(shape, values[i + 1].width, values[i + 1].height);
  });
  const views = roundUp(workspace + Math.max(...rooms), 16);
  return { values, workspace, views, length: views + 2 * VIEW_BYTES };
}
