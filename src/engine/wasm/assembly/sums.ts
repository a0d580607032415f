// What the kernels share. All pointers are byte addresses, all strides bytes.

import { multiplyAdd } from '../../../arithmetic/assembly/multiplyAdd';
import { accumulate } from './accumulate';
import { pairedDots } from './pairedDots';
import { countOf, dataOf, planeOf, rowOf } from './views';

/**
 * How a sum is stored: as it is, through ReLU, as zero where the value that it replaces is not above zero, or added to
 * that value.
 */
export const LINEAR: i32 = 0;
export const RELU: i32 = 1;
export const MASK: i32 = 2;
export const ADD: i32 = 3;

// @ts-ignore: decorator
@inline
export function finish(value: v128, address: usize, mode: i32): void {
  // pmax is one instruction where max, which cares for NaN, takes eight.
  if (mode == RELU) value = f32x4.pmax(f32x4.splat(0), value);
  else if (mode == MASK) value = v128.and(value, f32x4.gt(v128.load(address), f32x4.splat(0)));
  else if (mode == ADD) value = f32x4.add(v128.load(address), value);
  v128.store(address, value);
}

// @ts-ignore: decorator
@inline
export function scaledBelowZero(value: v128, gate: v128, slope: f32): v128 {
  return v128.bitselect(value, f32x4.mul(value, f32x4.splat(slope)), f32x4.gt(gate, f32x4.splat(0)));
}

// @ts-ignore: decorator
@inline
export function clearTail(row: usize, width: i32, block: i32): void {
  for (let x = width; x & (block - 1); x++) f32.store(row + ((<usize>x) << 2), 0);
}

/** Zeros behind a line of transformed gradients: products take whole blocks of it. */
export function endLine(line: usize): void {
  v128.store(line, f32x4.splat(0));
  if (isDefined(PAIRED)) v128.store(line, f32x4.splat(0), 16);
}

/**
 * 8 dot products over `height` rows of `width` samples (whole blocks of 4, or of 8 in pairs): of the planes a, a + a1,
 * a + a2, a + a3 with the planes b, b + b1; sum (i, j) is added at `sums + i * stepA + j * stepB`, for i < countA and
 * j < countB.
 */
// The innermost loop of training; planes outside the counts are given as ones that are there, and their sums thrown
// away.
export function dots(
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
  if (isDefined(PAIRED)) {
    pairedDots(a, a1, a2, a3, countA, rowA, b, b1, countB, rowB, width, height, sums, stepA, stepB);
    return;
  }
  let s00 = f32x4.splat(0),
    s01 = s00,
    s10 = s00,
    s11 = s00,
    s20 = s00,
    s21 = s00,
    s30 = s00,
    s31 = s00;
  for (let y = 0; y < height; y++) {
    let q = b;
    const end = a + ((<usize>width) << 2);
    for (let p = a; p < end; p += 16) {
      const x0 = v128.load(q),
        x1 = v128.load(q + b1);
      let d = v128.load(p);
      s00 = multiplyAdd(d, x0, s00);
      s01 = multiplyAdd(d, x1, s01);
      d = v128.load(p + a1);
      s10 = multiplyAdd(d, x0, s10);
      s11 = multiplyAdd(d, x1, s11);
      d = v128.load(p + a2);
      s20 = multiplyAdd(d, x0, s20);
      s21 = multiplyAdd(d, x1, s21);
      d = v128.load(p + a3);
      s30 = multiplyAdd(d, x0, s30);
      s31 = multiplyAdd(d, x1, s31);
      q += 16;
    }
    a += rowA;
    b += rowB;
  }
  accumulate(sums, s00);
  if (countB > 1) accumulate(sums + stepB, s01);
  if (countA < 2) return;
  sums += stepA;
  accumulate(sums, s10);
  if (countB > 1) accumulate(sums + stepB, s11);
  if (countA < 3) return;
  sums += stepA;
  accumulate(sums, s20);
  if (countB > 1) accumulate(sums + stepB, s21);
  if (countA < 4) return;
  sums += stepA;
  accumulate(sums, s30);
  if (countB > 1) accumulate(sums + stepB, s31);
}

// @ts-ignore: decorator
@inline
export function within(step: usize, times: i32, count: i32): usize {
  return <usize>min(times, count - 1) * step;
}

/** Adds each plane's sum: the gradient of biases. */
export function sumPlanes(planes: usize, width: i32, height: i32, sums: usize): void {
  for (let c = 0; c < countOf(planes); c++) {
    const plane = dataOf(planes) + <usize>c * planeOf(planes);
    let s = f32x4.splat(0);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x += 4)
        s = f32x4.add(s, v128.load(plane + <usize>y * rowOf(planes) + ((<usize>x) << 2)));
    }
    accumulate(sums + ((<usize>c) << 2), s);
  }
}

/** The values of a polynomial at a point and at its negative, from its even and its odd terms, `next` bytes apart. */
// @ts-ignore: decorator
@inline
export function storePair(even: v128, odd: v128, to: usize, next: usize): void {
  v128.store(to, f32x4.add(even, odd));
  v128.store(to + next, f32x4.sub(even, odd));
}
