// Kernels for V8's revectorizer, which makes one register of 256 bits of two vectors side by side: it begins at two
// stores in one block of code, 16 bytes apart, and follows their sums back to loads. Without it they run out of
// registers. Only the build with PAIRED uses them.

import { multiplyAdd } from '../../../arithmetic/assembly/multiplyAdd';
import { ADD, MASK, RELU } from './sums';

/** Each mode stores in a block of its own, so that the stores lie side by side. */
// @ts-ignore: decorator
@inline
function finishFour(a: v128, b: v128, c: v128, d: v128, to: usize, mode: i32): void {
  const zero = f32x4.splat(0);
  if (mode == RELU) {
    v128.store(to, f32x4.pmax(zero, a));
    v128.store(to, f32x4.pmax(zero, b), 16);
    v128.store(to, f32x4.pmax(zero, c), 32);
    v128.store(to, f32x4.pmax(zero, d), 48);
  } else if (mode == MASK) {
    v128.store(to, v128.and(a, f32x4.gt(v128.load(to), zero)));
    v128.store(to, v128.and(b, f32x4.gt(v128.load(to, 16), zero)), 16);
    v128.store(to, v128.and(c, f32x4.gt(v128.load(to, 32), zero)), 32);
    v128.store(to, v128.and(d, f32x4.gt(v128.load(to, 48), zero)), 48);
  } else if (mode == ADD) {
    v128.store(to, f32x4.add(v128.load(to), a));
    v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
    v128.store(to, f32x4.add(v128.load(to, 32), c), 32);
    v128.store(to, f32x4.add(v128.load(to, 48), d), 48);
  } else {
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/** What sumBlock computes, for 16 samples. */
// @ts-ignore: decorator
@inline
export function sumPairedBlock(
  from: usize,
  planes: i32,
  plane: usize,
  rows: i32,
  row: usize,
  taps: i32,
  step: usize,
  kernels: usize,
  bias: usize,
  to: usize,
  next: usize,
  filters: i32,
  mode: i32,
): void {
  let s00 = v128.load32_splat(bias),
    s01 = s00,
    s02 = s00,
    s03 = s00;
  let s10 = v128.load32_splat(bias, 4),
    s11 = s10,
    s12 = s10,
    s13 = s10;
  let s20 = v128.load32_splat(bias, 8),
    s21 = s20,
    s22 = s20,
    s23 = s20;
  let s30 = v128.load32_splat(bias, 12),
    s31 = s30,
    s32 = s30,
    s33 = s30;
  for (let i = 0; i < planes; i++) {
    let line = from;
    for (let r = 0; r < rows; r++) {
      let p = line;
      for (let t = 0; t < taps; t++) {
        const a = v128.load(p),
          b = v128.load(p, 16),
          c = v128.load(p, 32),
          d = v128.load(p, 48);
        let w = v128.load32_splat(kernels);
        s00 = multiplyAdd(a, w, s00);
        s01 = multiplyAdd(b, w, s01);
        s02 = multiplyAdd(c, w, s02);
        s03 = multiplyAdd(d, w, s03);
        w = v128.load32_splat(kernels, 4);
        s10 = multiplyAdd(a, w, s10);
        s11 = multiplyAdd(b, w, s11);
        s12 = multiplyAdd(c, w, s12);
        s13 = multiplyAdd(d, w, s13);
        w = v128.load32_splat(kernels, 8);
        s20 = multiplyAdd(a, w, s20);
        s21 = multiplyAdd(b, w, s21);
        s22 = multiplyAdd(c, w, s22);
        s23 = multiplyAdd(d, w, s23);
        w = v128.load32_splat(kernels, 12);
        s30 = multiplyAdd(a, w, s30);
        s31 = multiplyAdd(b, w, s31);
        s32 = multiplyAdd(c, w, s32);
        s33 = multiplyAdd(d, w, s33);
        kernels += 16;
        p += step;
      }
      line += row;
    }
    from += plane;
  }
  finishFour(s00, s01, s02, s03, to, mode);
  if (filters > 1) {
    to += next;
    finishFour(s10, s11, s12, s13, to, mode);
  }
  if (filters > 2) {
    to += next;
    finishFour(s20, s21, s22, s23, to, mode);
  }
  if (filters > 3) {
    to += next;
    finishFour(s30, s31, s32, s33, to, mode);
  }
}

/** What convolveSingle computes for two rows, `next` bytes apart, of 32 samples; `lower` says whether both count. */
export function sumPairedRows(
  from: usize,
  plane: usize,
  row: usize,
  inputs: i32,
  kernels: usize,
  bias: usize,
  kernel: i32,
  to: usize,
  next: usize,
  lower: bool,
  mode: i32,
): void {
  let s00 = v128.load32_splat(bias),
    s01 = s00,
    s02 = s00,
    s03 = s00,
    s04 = s00,
    s05 = s00,
    s06 = s00,
    s07 = s00,
    s10 = s00,
    s11 = s00,
    s12 = s00,
    s13 = s00,
    s14 = s00,
    s15 = s00,
    s16 = s00,
    s17 = s00;
  for (let i = 0; i < inputs; i++) {
    let line = from;
    for (let r = 0; r <= kernel; r++) {
      const end = line + ((<usize>kernel) << 2);
      for (let p = line; p < end; p += 4) {
        const a = v128.load(p),
          b = v128.load(p, 16),
          c = v128.load(p, 32),
          d = v128.load(p, 48),
          e = v128.load(p, 64),
          f = v128.load(p, 80),
          g = v128.load(p, 96),
          h = v128.load(p, 112);
        let w = v128.load32_splat(kernels);
        s00 = multiplyAdd(a, w, s00);
        s01 = multiplyAdd(b, w, s01);
        s02 = multiplyAdd(c, w, s02);
        s03 = multiplyAdd(d, w, s03);
        s04 = multiplyAdd(e, w, s04);
        s05 = multiplyAdd(f, w, s05);
        s06 = multiplyAdd(g, w, s06);
        s07 = multiplyAdd(h, w, s07);
        w = v128.load32_splat(kernels, 4);
        s10 = multiplyAdd(a, w, s10);
        s11 = multiplyAdd(b, w, s11);
        s12 = multiplyAdd(c, w, s12);
        s13 = multiplyAdd(d, w, s13);
        s14 = multiplyAdd(e, w, s14);
        s15 = multiplyAdd(f, w, s15);
        s16 = multiplyAdd(g, w, s16);
        s17 = multiplyAdd(h, w, s17);
        kernels += 8;
      }
      line += row;
    }
    from += plane;
  }
  finishFour(s00, s01, s02, s03, to, mode);
  finishFour(s04, s05, s06, s07, to + 64, mode);
  if (lower) {
    to += next;
    finishFour(s10, s11, s12, s13, to, mode);
    finishFour(s14, s15, s16, s17, to + 64, mode);
  }
}
