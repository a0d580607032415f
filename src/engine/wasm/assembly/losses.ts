// Losses: the order and the constants are those of engine/losses/losses.ts.

import { countOf, dataOf, planeOf, rowOf } from './views';

const MSE: i32 = 0;
const L1: i32 = 1;
const CHARBONNIER: i32 = 2;
const HUBER: i32 = 3;
const CHARBONNIER_SQUARE: f32 = 1e-6;
const HUBER_EDGE: f32 = 0.1;

// @ts-ignore: decorator
@inline
function valueOf(kind: i32, e: f32): f64 {
  if (kind == L1) return <f64>abs(e);
  if (kind == CHARBONNIER) return <f64>sqrt<f32>(e * e + CHARBONNIER_SQUARE);
  if (kind == HUBER) {
    const size = abs(e);
    return size <= HUBER_EDGE ? (<f64>e * <f64>e) / 2 : <f64>(HUBER_EDGE * (size - HUBER_EDGE / 2));
  }
  return <f64>e * <f64>e;
}

// @ts-ignore: decorator
@inline
function slopeOf(kind: i32, e: f32): f32 {
  // Without branches: half of the signs cannot be guessed.
  if (kind == L1) return <f32>(<i32>(e > 0) - <i32>(e < 0));
  if (kind == CHARBONNIER) return e / sqrt<f32>(e * e + CHARBONNIER_SQUARE);
  if (kind == HUBER) return max<f32>(-HUBER_EDGE, min<f32>(HUBER_EDGE, e));
  return e;
}

/**
 * One row of a plane, whose targets are `step` bytes apart: outside `from` to `to` there is no error. The losses are
 * added to `sum`.
 */
// @ts-ignore: decorator
@inline
function lossOfRow(
  kind: i32,
  row: usize,
  width: i32,
  target: usize,
  step: usize,
  from: i32,
  to: i32,
  scale: f32,
  sum: f64,
): f64 {
  for (let x = 0; x < from; x++) f32.store(row + ((<usize>x) << 2), 0);
  for (let x = from; x < to; x++) {
    const address = row + ((<usize>x) << 2);
    const error = f32.load(address) - f32.load(target + <usize>x * step);
    sum += valueOf(kind, error);
    f32.store(address, scale * slopeOf(kind, error));
  }
  for (let x = max(from, to); x < width; x++) f32.store(row + ((<usize>x) << 2), 0);
  return sum;
}

/**
 * Replaces outputs by scale * slope of the loss inside `border` and by zero outside; returns the sum of the loss
 * inside. For mse
 * `scale` holds the slope's 2. The target is a picture [channel][row][column] that is `factor` times as large as an
 * output
 * plane: plane c * factor² + i * factor + j has its samples at rows i, i + factor, ... and columns j, j + factor, ...
 */
export function lossOf(
  kind: i32,
  outputs: usize,
  width: i32,
  height: i32,
  target: usize,
  factor: i32,
  border: i32,
  scale: f32,
): f64 {
  let sum: f64 = 0;
  const step = (<usize>factor) << 2,
    area = factor * factor,
    wide = width * factor,
    high = height * factor;
  for (let c = 0; c < countOf(outputs); c++) {
    const i = (c % area) / factor,
      j = c % factor;
    const picture = target + ((<usize>((c / area) * wide * high)) << 2);
    // Columns x * factor + j from `border` on and below wide - border.
    const first = (border - j + factor - 1) / factor,
      last = (wide - border - j + factor - 1) / factor;
    for (let y = 0; y < height; y++) {
      const line = y * factor + i,
        counts = line >= border && line < high - border,
        from = counts ? first : width,
        to = counts ? last : width;
      const row = dataOf(outputs) + <usize>c * planeOf(outputs) + <usize>y * rowOf(outputs);
      const targets = picture + ((<usize>(line * wide + j)) << 2);
      // The two that are used most have a loop of their own.
      if (kind == MSE) sum = lossOfRow(MSE, row, width, targets, step, from, to, scale, sum);
      else if (kind == L1) sum = lossOfRow(L1, row, width, targets, step, from, to, scale, sum);
      else sum = lossOfRow(kind, row, width, targets, step, from, to, scale, sum);
    }
  }
  return sum;
}
