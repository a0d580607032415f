// Minimal filtering F(2,3) along the rows (S. Winograd, Arithmetic Complexity of Computations, 1980), for a layer with
// one input plane.
// A tile is two outputs beside each other. For 3 taps g it takes 4 products of transformed samples and taps instead of
// 6:
//   t = (d0 - d2, d1 + d2, d2 - d1, d1 - d3)      m_j = t_j * w_j      w = (g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) /
// 2, g2)
//   y0 = m0 + m1 + m2                             y1 = m1 - m2 - m3
// A row of more taps is a sum of such groups of 3, the last filled up with zeros; the m_j are summed over groups and
// rows before the y are formed.
// The planes of t have no gaps between rows, so that whatever is summed is one long line. All pointers are byte
// addresses, all strides bytes.

import { even, high, low, odd } from './lanes';
import { clearTail, endLine, finish } from './sums';
import { countOf, dataOf, planeOf, rowOf, tilesOf } from './views';

export const POINTS3: i32 = 4;

/**
 * The samples t of `rows` rows: planes [j][group][row][tile]. `from` begins at the sample under the kernel's first tap
 * for
 * output (0, 0). Blocks of 4 tiles reach beyond the last one: a plane has room for 8 more, and 8 samples more may be
 * read.
 */
export function transformWinograd3(from: usize, rows: i32, workspace: usize): void {
  const input = dataOf(from),
    inputRow = rowOf(from);
  const target = dataOf(workspace),
    plane = planeOf(workspace),
    groups = countOf(workspace),
    tiles = tilesOf(workspace);
  const next = <usize>groups * plane;
  for (let g = 0; g < groups; g++)
    for (let y = 0; y < rows; y++) {
      const row = input + <usize>y * inputRow + <usize>(12 * g);
      const to = target + <usize>g * plane + ((<usize>(y * tiles)) << 2);
      for (let x = 0; x < tiles; x += 4) {
        const source = row + ((<usize>x) << 3),
          at = to + ((<usize>x) << 2);
        const a = v128.load(source),
          b = v128.load(source, 16),
          c = v128.load(source, 8),
          d = v128.load(source, 24);
        const d0 = even(a, b),
          d1 = odd(a, b),
          d2 = even(c, d),
          d3 = odd(c, d);
        v128.store(at, f32x4.sub(d0, d2));
        v128.store(at + next, f32x4.add(d1, d2));
        v128.store(at + 2 * next, f32x4.sub(d2, d1));
        v128.store(at + 3 * next, f32x4.sub(d1, d3));
      }
    }
}

/** One filter's outputs from its m_j, which lie `next` apart. */
export function formOutputs3(
  products: usize,
  next: usize,
  tiles: i32,
  bias: f32,
  output: usize,
  outputRow: usize,
  width: i32,
  height: i32,
  mode: i32,
): void {
  const b = f32x4.splat(bias);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < tiles; x += 4) {
      const at = products + ((<usize>(y * tiles + x)) << 2),
        to = output + ((<usize>x) << 3);
      const m1 = v128.load(at + next),
        m2 = v128.load(at + 2 * next);
      const y0 = f32x4.add(f32x4.add(b, v128.load(at)), f32x4.add(m1, m2));
      const y1 = f32x4.add(b, f32x4.sub(f32x4.sub(m1, m2), v128.load(at + 3 * next)));
      finish(low(y0, y1), to, mode);
      finish(high(y0, y1), to + 16, mode);
    }
    clearTail(output, width, 8);
    output += outputRow;
  }
}

/**
 * One filter's gradient of its outputs, transformed with the transpose of what forms them: (e0, e0 + e1, e0 - e1,
 * -e1) in lines `next` apart.
 */
export function transformDelta3(
  delta: usize,
  deltaRow: usize,
  tiles: i32,
  height: i32,
  target: usize,
  next: usize,
): void {
  const zero = f32x4.splat(0);
  let to = target;
  for (let y = 0; y < height; y++) {
    to = target + ((<usize>(y * tiles)) << 2);
    for (let x = 0; x < tiles; x += 4) {
      const from = delta + ((<usize>x) << 3),
        a = v128.load(from),
        b = v128.load(from, 16);
      const e0 = even(a, b),
        e1 = odd(a, b),
        at = to + ((<usize>x) << 2);
      v128.store(at, e0);
      v128.store(at + next, f32x4.add(e0, e1));
      v128.store(at + 2 * next, f32x4.sub(e0, e1));
      v128.store(at + 3 * next, f32x4.sub(zero, e1));
    }
    delta += deltaRow;
  }
  to += (<usize>tiles) << 2;
  for (let j: usize = 0; j < 4; j++) endLine(to + j * next);
}

/**
 * From the sums s_j of one filter, [group][row] each and `next` apart, the gradient of its kernel's taps: g0 = s0 +
 * (s1 + s2) / 2 and so on.
 */
export function addTaps3(sums: usize, next: usize, groups: i32, kernel: i32, gradient: usize): void {
  for (let g = 0; g < groups; g++)
    for (let r = 0; r < kernel; r++) {
      const s0 = f32.load(sums),
        s1 = f32.load(sums + next),
        s2 = f32.load(sums + 2 * next),
        s3 = f32.load(sums + 3 * next);
      const half: f32 = 0.5 * (s1 + s2);
      const to = gradient + ((<usize>(r * kernel + 3 * g)) << 2),
        left = kernel - 3 * g;
      f32.store(to, f32.load(to) + (s0 + half));
      if (left > 1) f32.store(to, f32.load(to, 4) + 0.5 * (s1 - s2), 4);
      if (left > 2) f32.store(to, f32.load(to, 8) + (half + s3), 8);
      sums += 4;
    }
}
