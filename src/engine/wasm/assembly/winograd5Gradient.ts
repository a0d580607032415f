// The kernels' gradient by minimal filtering F(4,5): see winograd5.ts.

import { high, low, times } from './lanes';
import { endLine, storePair } from './sums';
import { POINTS5 } from './winograd5';

/** One filter's gradient of its outputs, transformed with the transpose of what forms them, in lines `next` apart. */
export function transformDelta5(
  delta: usize,
  deltaRow: usize,
  tiles: i32,
  height: i32,
  target: usize,
  next: usize,
): void {
  let to = target;
  for (let y = 0; y < height; y++) {
    to = target + ((<usize>(y * tiles)) << 2);
    for (let x = 0; x < tiles; x += 4) {
      const from = delta + ((<usize>x) << 4);
      const v0 = v128.load(from),
        v1 = v128.load(from, 16),
        v2 = v128.load(from, 32),
        v3 = v128.load(from, 48);
      const p = low(v0, v2),
        q = low(v1, v3),
        r = high(v0, v2),
        s = high(v1, v3);
      const e0 = low(p, q),
        e1 = high(p, q),
        e2 = low(r, s),
        e3 = high(r, s);
      let at = to + ((<usize>x) << 2);
      v128.store(at, e0);
      let even = f32x4.add(e0, e2),
        odd = f32x4.add(e1, e3);
      at += next;
      storePair(even, odd, at, next);
      at += next;
      even = f32x4.add(e0, times(4, e2));
      odd = f32x4.add(times(2, e1), times(8, e3));
      at += next;
      storePair(even, odd, at, next);
      at += next;
      even = f32x4.add(e0, times(0.25, e2));
      odd = f32x4.add(times(0.5, e1), times(0.125, e3));
      at += next;
      storePair(even, odd, at, next);
      at += next;
      at += next;
      v128.store(at, e3);
    }
    delta += deltaRow;
  }
  to += (<usize>tiles) << 2;
  for (let j = 0; j < POINTS5; j++) endLine(to + <usize>j * next);
}

/**
 * From the sums s_j of one filter, [channel][row] each and `next` apart, the gradient of its kernels' taps, a row of
 * 5 after the other.
 */
export function addTaps5(sums: usize, next: usize, rows: i32, gradient: usize): void {
  for (let row = 0; row < rows; row++) {
    let at = sums;
    const s0 = f32.load(at);
    at += next;
    let m = f32.load(at);
    at += next;
    let n = f32.load(at);
    const u1: f32 = (-(m + n) * 2) / 9,
      v1: f32 = ((n - m) * 2) / 9;
    at += next;
    m = f32.load(at);
    at += next;
    n = f32.load(at);
    const u2: f32 = (m + n) / 90,
      v2: f32 = (m - n) / 90;
    at += next;
    m = f32.load(at);
    at += next;
    n = f32.load(at);
    const u3: f32 = ((m + n) * 32) / 45,
      v3: f32 = ((m - n) * 32) / 45;
    f32.store(gradient, f32.load(gradient) + (s0 + (u1 + (u2 + u3))));
    f32.store(gradient, f32.load(gradient, 4) + (v1 + (2 * v2 + 0.5 * v3)), 4);
    f32.store(gradient, f32.load(gradient, 8) + (u1 + (4 * u2 + 0.25 * u3)), 8);
    f32.store(gradient, f32.load(gradient, 12) + (v1 + (8 * v2 + 0.125 * v3)), 12);
    f32.store(gradient, f32.load(gradient, 16) + (u1 + (16 * u2 + 0.0625 * u3) + f32.load(at + next)), 16);
    gradient += 20;
    sums += 4;
  }
}
