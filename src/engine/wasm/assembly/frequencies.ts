// A loss of the frequencies of 8x8 blocks: engine/losses/fdpl.ts.

import { countOf, dataOf, planeOf, rowOf } from './views';

const SIDE: i32 = 8;
/** Bytes of a block and of one of its rows. */
const BYTES: usize = 256;
const ROW: usize = 32;

/** The product of two blocks; `product` is neither of them. */
function multiply(a: usize, b: usize, product: usize): void {
  for (let row: usize = 0; row < BYTES; row += ROW) {
    let left = f32x4.splat(0),
      right = f32x4.splat(0);
    for (let k: usize = 0; k < 8; k++) {
      const factor = v128.load32_splat(a + row + (k << 2));
      left = f32x4.add(left, f32x4.mul(factor, v128.load(b + k * ROW)));
      right = f32x4.add(right, f32x4.mul(factor, v128.load(b + k * ROW, 16)));
    }
    v128.store(product + row, left);
    v128.store(product + row, right, 16);
  }
}

/** Where the outputs hold the pixel (x, y) of a channel of the picture that they are shuffled to. */
// @ts-ignore: decorator
@inline
function pixelOf(outputs: usize, factor: i32, channel: i32, x: i32, y: i32): usize {
  const plane = (channel * factor + (y % factor)) * factor + (x % factor);
  return (
    dataOf(outputs) +
    <usize>plane * planeOf(outputs) +
    <usize>(y / factor) * rowOf(outputs) +
    ((<usize>(x / factor)) << 2)
  );
}

/** The errors of the block at (left, top) become `block`; targets lie `wide` floats from row to row. */
function readErrors(
  outputs: usize,
  factor: i32,
  channel: i32,
  left: i32,
  top: i32,
  picture: usize,
  wide: i32,
  block: usize,
): void {
  for (let y = top; y < top + SIDE; y++)
    for (let x = left; x < left + SIDE; x++) {
      const error =
        f32.load(pixelOf(outputs, factor, channel, x, y)) - f32.load(picture + ((<usize>(y * wide + x)) << 2));
      f32.store(block, error);
      block += 4;
    }
}

function writeSlopes(outputs: usize, factor: i32, channel: i32, left: i32, top: i32, block: usize): void {
  for (let y = top; y < top + SIDE; y++)
    for (let x = left; x < left + SIDE; x++) {
      f32.store(pixelOf(outputs, factor, channel, x, y), f32.load(block));
      block += 4;
    }
}

/** Weighs frequencies, times `scale`, and returns the sum of their squares times their weights. */
function weigh(frequencies: usize, weights: usize, scale: f32): f64 {
  let sum: f64 = 0;
  for (let at: usize = 0; at < BYTES; at += 4) {
    const value = f32.load(frequencies + at);
    const weighted = value * f32.load(weights + at);
    sum += <f64>value * <f64>weighted;
    f32.store(frequencies + at, scale * weighted);
  }
  return sum;
}

function clearAround(outputs: usize, factor: i32, channel: i32, wide: i32, high: i32, left: i32, top: i32): void {
  const right = left + ((wide - 2 * left) / SIDE) * SIDE,
    bottom = top + ((high - 2 * top) / SIDE) * SIDE;
  for (let y = 0; y < high; y++)
    for (let x = 0; x < wide; x++)
      if (x < left || x >= right || y < top || y >= bottom) f32.store(pixelOf(outputs, factor, channel, x, y), 0);
}

/** Where the first block begins: the blocks lie in the middle of what the border leaves. */
// @ts-ignore: decorator
@inline
function firstOf(length: i32, border: i32): i32 {
  return border + ((length - 2 * border) % SIDE) / 2;
}

/**
 * Replaces outputs by scale / 2 times the slope of the loss in whole blocks inside `border` and by zero elsewhere;
 * returns the sum of the loss. Outputs and target are as for `lossOf`. The table holds three blocks: the weights, the
 * transform and that transposed; the workspace has room for three.
 */
export function frequencyLossOf(
  outputs: usize,
  width: i32,
  height: i32,
  target: usize,
  factor: i32,
  border: i32,
  scale: f32,
  table: usize,
  workspace: usize,
): f64 {
  const wide = width * factor,
    high = height * factor,
    left = firstOf(wide, border),
    top = firstOf(high, border),
    transform = table + BYTES,
    back = transform + BYTES,
    half = workspace + BYTES,
    frequencies = half + BYTES;
  let sum: f64 = 0;
  for (let channel = 0; channel < countOf(outputs) / (factor * factor); channel++) {
    const picture = target + ((<usize>(channel * wide * high)) << 2);
    for (let y = top; y + SIDE <= high - border; y += SIDE)
      for (let x = left; x + SIDE <= wide - border; x += SIDE) {
        readErrors(outputs, factor, channel, x, y, picture, wide, workspace);
        multiply(transform, workspace, half);
        multiply(half, back, frequencies);
        sum += weigh(frequencies, table, scale);
        multiply(back, frequencies, half);
        multiply(half, transform, workspace);
        writeSlopes(outputs, factor, channel, x, y, workspace);
      }
    clearAround(outputs, factor, channel, wide, high, left, top);
  }
  return sum;
}
