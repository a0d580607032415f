// What minimal filtering sums at its points, the same for all its sizes: products forwards, and for the gradient of
// kernels. Transformed samples lie as [point][group][row][tile]; a row of tiles may be a channel.

import { BLOCK, sumBlock } from './block';
import { dots, LINEAR, within } from './sums';

/** The products begin at nothing. */
const NOTHING: usize = memory.data(16);

/**
 * The products of 4 filters at each point, summed over `groups` of `rows` lines: `count` tiles, in whole blocks, of
 * [point][filter] lines `line` bytes apart. `kernels` is packed [point][group][row][4].
 */
export function sumPoints(
  points: i32,
  samples: usize,
  point: usize,
  groups: i32,
  plane: usize,
  rows: i32,
  row: usize,
  kernels: usize,
  lines: usize,
  line: usize,
  count: i32,
): void {
  for (let j = 0; j < points; j++) {
    for (let i = 0; i < count; i += BLOCK) {
      const at = (<usize>i) << 2;
      sumBlock(samples + at, 1, 0, groups, plane, rows, row, kernels, NOTHING, lines + at, line, 4, LINEAR);
    }
    samples += point;
    kernels += (<usize>(groups * rows)) << 4;
    lines += 4 * line;
  }
}

/**
 * The sums over `count` tiles of the transformed gradients of up to 4 filters, [point][filter] lines, with the
 * transformed samples: [point][filter][group][row], of which a filter has `length` bytes.
 */
export function dotPoints(
  points: i32,
  lines: usize,
  line: usize,
  filters: i32,
  samples: usize,
  point: usize,
  groups: i32,
  plane: usize,
  rows: i32,
  row: usize,
  count: i32,
  sums: usize,
  length: usize,
): void {
  const b = within(line, 1, filters),
    c = within(line, 2, filters),
    d = within(line, 3, filters);
  memory.fill(sums, 0, <usize>(4 * points) * length);
  for (let j = 0; j < points; j++) {
    for (let g = 0; g < groups; g++)
      for (let r = 0; r < rows; r += 2) {
        const with0 = samples + <usize>g * plane + <usize>r * row,
          with1 = r + 1 < rows ? row : 0,
          to = sums + ((<usize>(g * rows + r)) << 2);
        dots(lines, b, c, d, filters, 0, with0, with1, rows - r, 0, count, 1, to, length, 4);
      }
    samples += point;
    lines += 4 * line;
    sums += 4 * length;
  }
}
