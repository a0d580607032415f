// How a picture is cut for prediction: strips, each walked downwards in bands of rows, so that all planes of a band
// stay in the cache.
import { type Graph, needed } from './graph';
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

/** How wide the strips of a picture are: equal, and no sample wasted in the first layer's blocks. */
export function stripWidth(graph: Graph, width: number): number {
  const around = 2 * needed(graph, 0)[1];
  const strips = Math.ceil(width / Math.max(16, STRIP - around));
  return roundUp(Math.ceil(width / strips) + around, 8) - around;
}

/** Rows of a strip that a thread takes at once: more make fewer seams, at which rows are computed twice. */
const SEGMENT = { least: 64, most: 512 };

/** The height of equal segments of `across` strips, as many for one thread as for another, so that all end together. */
export function segmentRows(height: number, across: number, threads: number): number {
  const wanted = Math.ceil((height * across) / (4 * threads));
  let segments = Math.ceil(height / Math.max(SEGMENT.least, Math.min(SEGMENT.most, wanted)));
  while ((across * segments) % threads !== 0 && height / (segments + 1) >= SEGMENT.least) segments++;
  return roundUp(Math.ceil(height / segments), BAND);
}

/** A value's rows in a band: from `pad` samples around the strip's output. */
export interface BandValue extends Planes {
  width: number;
  height: number;
  /** Rows that the next band needs again. */
  keep: number;
}

/** The buffers of one band of a strip `width` samples wide, and the floats they take up. */
export function bandValues(graph: Graph, width: number): { values: BandValue[]; length: number } {
  const need = needed(graph, 0);
  let length = 0;
  const values = graph.channels.map((channels, i): BandValue => {
    const size = { width: width + 2 * need[i], height: BAND + 2 * need[i] };
    const row = roundUp(size.width, 16) + LINE;
    const plane = planeLength(row * size.height);
    const start = length;
    length += channels * plane;
    return { channels, pad: need[i], row, plane, start, keep: rowsKept(graph, need, i), ...size };
  });
  return { values, length: length + 16 * Math.max(...values.map(({ row }) => row)) + 64 };
}

/** A convolution reads `reach` rows above its first new one, an addition from its first new one on. */
function rowsKept({ steps }: Graph, need: readonly number[], value: number): number {
  const rows = steps.map((step, i) => {
    const lag = need[value] - need[i + 1];
    if (step.kind === 'add') return i === value || step.other === value ? lag : 0;
    return i === value ? lag + (step.slice.kernel - 1) / 2 : 0;
  });
  return Math.max(0, ...rows);
}

/** Where a thread's memory for a strip lies, in floats from its start. */
export function bandMemory(graph: Graph, packed: readonly PackedLayer[], strip: number) {
  const { values, length } = bandValues(graph, strip);
  const workspace = roundUp(length, 16);
  const rooms = graph.steps.map((step, i) => {
    if (step.kind === 'add') return 0;
    const { plan, shape } = packed[step.index].forwards;
    return plan.workspace(shape, values[i + 1].width, values[i + 1].height);
  });
  const views = roundUp(workspace + Math.max(...rooms), 16);
  return { values, workspace, views, length: views + 2 * VIEW_BYTES };
}
