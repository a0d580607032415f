// The dot products of training for V8's revectorizer: see paired.ts.

import { multiplyAdd } from '../../../arithmetic/assembly/multiplyAdd';
import { accumulate } from './accumulate';

/** Room of this thread for 16 vectors: the memory is shared, globals are not. */
let room: usize = 0;
export function useRoom(address: usize): void {
  room = address;
}

// @ts-ignore: decorator
@inline
function total(i: usize): v128 {
  return f32x4.add(v128.load(room + 32 * i), v128.load(room + 32 * i, 16));
}

/** What dots computes, in whole blocks of 8 samples. */
export function pairedDots(
  a: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  countA: i32,
  rowA: usize,
  b: usize,
  b1: usize,
  countB: i32,
  rowB: usize,
  width: i32,
  height: i32,
  sums: usize,
  stepA: usize,
  stepB: usize,
): void {
  const zero = f32x4.splat(0);
  let s00 = zero,
    t00 = zero,
    s01 = zero,
    t01 = zero,
    s10 = zero,
    t10 = zero,
    s11 = zero,
    t11 = zero,
    s20 = zero,
    t20 = zero,
    s21 = zero,
    t21 = zero,
    s30 = zero,
    t30 = zero,
    s31 = zero,
    t31 = zero;
  const bytes = (<usize>width) << 2;
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < bytes; x += 32) {
      let p = b + x;
      const x0 = v128.load(p),
        y0 = v128.load(p, 16);
      p += b1;
      const x1 = v128.load(p),
        y1 = v128.load(p, 16);
      p = a + x;
      let d = v128.load(p),
        e = v128.load(p, 16);
      s00 = multiplyAdd(d, x0, s00);
      t00 = multiplyAdd(e, y0, t00);
      s01 = multiplyAdd(d, x1, s01);
      t01 = multiplyAdd(e, y1, t01);
      p = a + x + a1;
      d = v128.load(p);
      e = v128.load(p, 16);
      s10 = multiplyAdd(d, x0, s10);
      t10 = multiplyAdd(e, y0, t10);
      s11 = multiplyAdd(d, x1, s11);
      t11 = multiplyAdd(e, y1, t11);
      p = a + x + a2;
      d = v128.load(p);
      e = v128.load(p, 16);
      s20 = multiplyAdd(d, x0, s20);
      t20 = multiplyAdd(e, y0, t20);
      s21 = multiplyAdd(d, x1, s21);
      t21 = multiplyAdd(e, y1, t21);
      p = a + x + a3;
      d = v128.load(p);
      e = v128.load(p, 16);
      s30 = multiplyAdd(d, x0, s30);
      t30 = multiplyAdd(e, y0, t30);
      s31 = multiplyAdd(d, x1, s31);
      t31 = multiplyAdd(e, y1, t31);
    }
    a += rowA;
    b += rowB;
  }
  const to = room;
  v128.store(to, s00);
  v128.store(to, t00, 16);
  v128.store(to, s01, 32);
  v128.store(to, t01, 48);
  v128.store(to, s10, 64);
  v128.store(to, t10, 80);
  v128.store(to, s11, 96);
  v128.store(to, t11, 112);
  v128.store(to, s20, 128);
  v128.store(to, t20, 144);
  v128.store(to, s21, 160);
  v128.store(to, t21, 176);
  v128.store(to, s30, 192);
  v128.store(to, t30, 208);
  v128.store(to, s31, 224);
  v128.store(to, t31, 240);
  for (let i = 0; i < min(4, countA); i++) {
    accumulate(sums, total(2 * i));
    if (countB > 1) accumulate(sums + stepB, total(2 * i + 1));
    sums += stepA;
  }
}
