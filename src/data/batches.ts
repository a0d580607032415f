import type { Batch, Planes } from '../engine/engine';
import { type RandomState, shuffled, uniform } from '../random';
import type { Normalization } from '../network/network';
import { type PatchSet, timesOf } from './patches';

/** An epoch's patches in random order and, where they are augmented, how each is turned and mirrored. */
export interface PatchOrder {
  order: Uint32Array;
  symmetries?: Uint8Array;
}

export function drawOrder(count: number, augment: boolean, random: RandomState): PatchOrder {
  const order = shuffled(count, random);
  return { order, symmetries: augment ? Uint8Array.from(order, () => Math.floor(8 * uniform(random))) : undefined };
}

const noPlanes = () => ({ data: new Float32Array(0), count: 0, channels: 1, width: 0, height: 0 });

/** A batch with empty arrays; `fillBatch` makes them as large as it needs. */
export const emptyBatch = (): Batch => ({ input: noPlanes(), target: noPlanes() });

/**
 * Fills a batch with the normalised patches order[start] ... order[start + count - 1]. The arrays of `batch` are used
 * again when they are large enough. `symmetries`, as long as `order`, turns and mirrors each patch: bit 0 mirrors left
 * and right, bit 1 top and bottom, bit 2 swaps rows and columns.
 */
export function fillBatch(
  patches: PatchSet,
  order: Uint32Array,
  start: number,
  count: number,
  { mean, deviation }: Normalization,
  batch: Batch,
  symmetries?: Uint8Array,
): Batch {
  const { size } = patches;
  const times = timesOf(patches);
  const channels = patches.colours === undefined || patches.colours === 'y' ? 1 : 3;
  const table = Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / deviation);
  const tableBits = bitsOf(table);
  const fill = (which: 'input' | 'target', { data }: Planes): Planes => {
    const factor = which === 'target' ? times : 1;
    const side = size * factor;
    const area = side * side;
    const room = data.length >= count * channels * area ? data : new Float32Array(count * channels * area);
    const bits = bitsOf(room);
    for (let n = 0; n < count; n++) {
      const index = order[start + n];
      const picture = patches.pictures[patches.picture[index]];
      const from = picture[which];
      const width = which === 'target' ? picture.width : picture.width / times;
      const { offset, right, down } = walk(side, width, symmetries ? symmetries[start + n] : 0);
      const corner = factor * (patches.y[index] * width + patches.x[index]);
      for (let channel = 0; channel < channels; channel++) {
        const first = (channel * from.length) / channels + corner;
        const at = (n * channels + channel) * area;
        room[at] = touchRows(from, first, width, side);
        if (right === 1) cutRows(from, first + offset, down, side, tableBits, bits, at);
        else cutPatch(from, first + offset, right, down, side, table, room, at);
      }
    }
    return { data: room, count, channels, width: side, height: side };
  };
  return { input: fill('input', batch.input), target: fill('target', batch.target) };
}

/**
 * Where a patch's first pixel lies from its upper left corner, and the steps to its neighbours at the right and
 * below.
 */
function walk(size: number, width: number, symmetry: number): { offset: number; right: number; down: number } {
  const offset = (symmetry & 1 ? size - 1 : 0) + (symmetry & 2 ? (size - 1) * width : 0);
  const along = symmetry & 1 ? -1 : 1;
  const across = symmetry & 2 ? -width : width;
  return symmetry & 4 ? { offset, right: across, down: along } : { offset, right: along, down: across };
}

const bitsOf = ({ buffer, byteOffset, length }: Float32Array) => new Int32Array(buffer, byteOffset, length);

/**
 * Reads the ends of a patch's rows, which lie far apart in its picture: the memory brings all of them at once, where
 * cutting waits for one after the other and takes twice as long. The number means nothing; it is there to be used.
 */
function touchRows(from: Uint8Array, first: number, width: number, side: number): number {
  let touched = 0;
  for (let y = 0, pixel = first; y < side; y++, pixel += width) touched ^= from[pixel] ^ from[pixel + side - 1];
  return touched;
}

/**
 * What cutPatch does for rows from left to right: four pixels are read at once, and samples pass as bits, which are not
 * converted to numbers on their way.
 */
function cutRows(
  { buffer, byteOffset, byteLength }: Uint8Array,
  corner: number,
  down: number,
  side: number,
  table: Int32Array,
  room: Int32Array,
  at: number,
): void {
  const pixels = new DataView(buffer, byteOffset, byteLength);
  for (let y = 0; y < side; y++) {
    let pixel = corner + y * down;
    const end = at + side;
    for (; at + 4 <= end; at += 4, pixel += 4) {
      const four = pixels.getInt32(pixel, true);
      room[at] = table[four & 255];
      room[at + 1] = table[(four >> 8) & 255];
      room[at + 2] = table[(four >> 16) & 255];
      room[at + 3] = table[four >>> 24];
    }
    for (; at < end; at++, pixel++) room[at] = table[pixels.getUint8(pixel)];
  }
}

/** Looks up each pixel of a patch in `table`, in fours: a patch then takes half as long. */
function cutPatch(
  from: Uint8Array,
  corner: number,
  right: number,
  down: number,
  side: number,
  table: Float32Array,
  room: Float32Array,
  at: number,
): void {
  for (let y = 0; y < side; y++) {
    let pixel = corner + y * down;
    const end = at + side;
    for (; at + 4 <= end; at += 4, pixel += 4 * right) {
      room[at] = table[from[pixel]];
      room[at + 1] = table[from[pixel + right]];
      room[at + 2] = table[from[pixel + 2 * right]];
      room[at + 3] = table[from[pixel + 3 * right]];
    }
    for (; at < end; at++, pixel += right) room[at] = table[from[pixel]];
  }
}
