// Minimal filtering F(4,5) along the rows (S. Winograd, Arithmetic Complexity of Computations, 1980), for 5 x 5
// kernels between many planes.
// A tile is four outputs beside each other. For 5 taps g it takes 8 products of transformed samples and taps instead
// of 20:
//   y = A' ((G g) * (B' d)), with the polynomials' values at 0, 1, -1, 2, -2, 1/2, -1/2 and infinity; t = B' d are the
// samples, w = G g the taps.
// The m_j = t_j * w_j are summed over planes and rows before the y are formed; a kernel's gradient is G' ((A dy) * (B'
// d)), summed over tiles.
// The planes of t have no gaps between rows, so that whatever is summed is one long line. All pointers are byte
// addresses, all strides bytes.

import { high, low, times } from './lanes';
import { clearTail, finish, storePair } from './sums';
import { countOf, dataOf, planeOf, rowOf, tilesOf } from './views';

export const POINTS5: i32 = 8;
export const TAPS: i32 = 5;

/**
 * The samples t of `rows` rows of each plane: [j][channel][row][tile]. `samples` begins at the sample under the
 * kernel's first
 * tap for output (0, 0). Blocks of 4 tiles reach beyond the last one: a plane has room for 8 more, and 20 samples more
 * may be read.
 */
export function transformWinograd5(samples: usize, rows: i32, workspace: usize): void {
  const input = dataOf(samples),
    inputPlane = planeOf(samples),
    inputRow = rowOf(samples),
    channels = countOf(samples);
  const target = dataOf(workspace),
    plane = planeOf(workspace),
    tiles = tilesOf(workspace);
  const next = <usize>channels * plane;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < rows; y++) {
      const from = input + <usize>c * inputPlane + <usize>y * inputRow;
      const to = target + <usize>c * plane + ((<usize>(y * tiles)) << 2);
      for (let x = 0; x < tiles; x += 4) {
        const source = from + ((<usize>x) << 4);
        const v0 = v128.load(source),
          v1 = v128.load(source, 16),
          v2 = v128.load(source, 32),
          v3 = v128.load(source, 48),
          v4 = v128.load(source, 64);
        let p = low(v0, v2),
          q = low(v1, v3);
        const d0 = low(p, q),
          d1 = high(p, q);
        p = high(v0, v2);
        q = high(v1, v3);
        const d2 = low(p, q),
          d3 = high(p, q);
        p = low(v1, v3);
        q = low(v2, v4);
        const d4 = low(p, q),
          d5 = high(p, q);
        p = high(v1, v3);
        q = high(v2, v4);
        const d6 = low(p, q),
          d7 = high(p, q);
        let at = to + ((<usize>x) << 2);
        v128.store(at, f32x4.add(f32x4.sub(d0, d6), times(5.25, f32x4.sub(d4, d2))));
        let even = f32x4.sub(f32x4.add(d2, d6), times(4.25, d4)),
          odd = f32x4.sub(f32x4.add(d1, d5), times(4.25, d3));
        at += next;
        storePair(even, odd, at, next);
        at += next;
        even = f32x4.sub(f32x4.add(d6, times(0.25, d2)), times(1.25, d4));
        odd = f32x4.add(f32x4.sub(times(0.5, d1), times(2.5, d3)), times(2, d5));
        at += next;
        storePair(even, odd, at, next);
        at += next;
        even = f32x4.sub(f32x4.add(d6, times(4, d2)), times(5, d4));
        odd = f32x4.add(f32x4.sub(times(2, d1), times(2.5, d3)), times(0.5, d5));
        at += next;
        storePair(even, odd, at, next);
        at += next;
        at += next;
        v128.store(at, f32x4.add(f32x4.sub(d7, d1), times(5.25, f32x4.sub(d3, d5))));
      }
    }
}

/** One filter's outputs from its m_j, which lie `next` apart. */
export function formOutputs5(
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
      let at = products + ((<usize>(y * tiles + x)) << 2);
      const m0 = v128.load(at);
      at += next;
      let m = v128.load(at);
      at += next;
      let n = v128.load(at);
      const s1 = f32x4.add(m, n),
        e1 = f32x4.sub(m, n);
      at += next;
      m = v128.load(at);
      at += next;
      n = v128.load(at);
      const s2 = f32x4.add(m, n),
        e2 = f32x4.sub(m, n);
      at += next;
      m = v128.load(at);
      at += next;
      n = v128.load(at);
      const s3 = f32x4.add(m, n),
        e3 = f32x4.sub(m, n);
      const y0 = f32x4.add(f32x4.add(b, m0), f32x4.add(s1, f32x4.add(s2, s3)));
      const y1 = f32x4.add(f32x4.add(b, e1), f32x4.add(times(2, e2), times(0.5, e3)));
      const y2 = f32x4.add(f32x4.add(b, s1), f32x4.add(times(4, s2), times(0.25, s3)));
      const y3 = f32x4.add(
        f32x4.add(f32x4.add(b, e1), v128.load(at + next)),
        f32x4.add(times(8, e2), times(0.125, e3)),
      );
      const left = tiles - x,
        p = low(y0, y2),
        q = low(y1, y3),
        r = high(y0, y2),
        s = high(y1, y3);
      const to = output + ((<usize>x) << 4);
      finish(low(p, q), to, mode);
      if (left > 1) finish(high(p, q), to + 16, mode);
      if (left > 2) finish(low(r, s), to + 32, mode);
      if (left > 3) finish(high(r, s), to + 48, mode);
    }
    clearTail(output, width, 4);
    output += outputRow;
  }
}
