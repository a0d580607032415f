// Dense matrices, row after row without gaps. All pointers are byte addresses.

import { multiplyAdd } from './multiplyAdd';

/** product (rows x columns) = a (rows x inner) * b (inner x columns). */
export function multiply(a: usize, b: usize, product: usize, rows: i32, inner: i32, columns: i32): void {
  const across = (<usize>inner) << 2,
    row = (<usize>columns) << 2;
  for (let i = 0; i < rows; i += 4) {
    // The last blocks overlap those before them.
    const top = <usize>min(i, rows - 4);
    for (let j = 0; j < columns; j += 8) {
      const left = <usize>min(j, columns - 8);
      if (rows < 4 || columns < 8) multiplySmall(a, b, product, i, j, rows, inner, columns);
      else multiplyBlock(a + top * across, across, b + (left << 2), row, product + top * row + (left << 2), inner);
    }
  }
}

/** A block of 4 rows and 8 columns. */
function multiplyBlock(a: usize, across: usize, b: usize, row: usize, product: usize, inner: i32): void {
  let s00 = f32x4.splat(0),
    s01 = s00,
    s10 = s00,
    s11 = s00,
    s20 = s00,
    s21 = s00,
    s30 = s00,
    s31 = s00;
  const second = a + across,
    third = second + across,
    fourth = third + across;
  for (let k: usize = 0, end = (<usize>inner) << 2; k < end; k += 4) {
    const left = v128.load(b),
      right = v128.load(b, 16);
    let w = v128.load32_splat(a + k);
    s00 = multiplyAdd(left, w, s00);
    s01 = multiplyAdd(right, w, s01);
    w = v128.load32_splat(second + k);
    s10 = multiplyAdd(left, w, s10);
    s11 = multiplyAdd(right, w, s11);
    w = v128.load32_splat(third + k);
    s20 = multiplyAdd(left, w, s20);
    s21 = multiplyAdd(right, w, s21);
    w = v128.load32_splat(fourth + k);
    s30 = multiplyAdd(left, w, s30);
    s31 = multiplyAdd(right, w, s31);
    b += row;
  }
  v128.store(product, s00);
  v128.store(product, s01, 16);
  product += row;
  v128.store(product, s10);
  v128.store(product, s11, 16);
  product += row;
  v128.store(product, s20);
  v128.store(product, s21, 16);
  product += row;
  v128.store(product, s30);
  v128.store(product, s31, 16);
}

/** The same block where there is no room for a whole one. */
function multiplySmall(
  a: usize,
  b: usize,
  product: usize,
  top: i32,
  left: i32,
  rows: i32,
  inner: i32,
  columns: i32,
): void {
  for (let i = top; i < min(top + 4, rows); i++)
    for (let j = left; j < min(left + 8, columns); j++) {
      let sum: f32 = 0;
      for (let k = 0; k < inner; k++)
        sum += f32.load(a + ((<usize>(i * inner + k)) << 2)) * f32.load(b + ((<usize>(k * columns + j)) << 2));
      f32.store(product + ((<usize>(i * columns + j)) << 2), sum);
    }
}

/** target (columns x rows) = source (rows x columns) with rows and columns exchanged. */
export function transpose(source: usize, target: usize, rows: i32, columns: i32): void {
  const row = (<usize>rows) << 2;
  for (let i = 0; i < rows; i++) {
    let to = target + ((<usize>i) << 2);
    for (let j = 0; j < columns; j++) {
      f32.store(to, f32.load(source));
      source += 4;
      to += row;
    }
  }
}
