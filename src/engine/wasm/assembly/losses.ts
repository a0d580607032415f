// Losses: the order and the constants are those of engine/losses.ts.

import { countOf, dataOf, planeOf, rowOf } from './views';

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
  if (kind == L1) return e > 0 ? <f32>1 : e < 0 ? <f32>-1 : <f32>0;
  if (kind == CHARBONNIER) return e / sqrt<f32>(e * e + CHARBONNIER_SQUARE);
  if (kind == HUBER) return max<f32>(-HUBER_EDGE, min<f32>(HUBER_EDGE, e));
  return e;
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
  const area = factor * factor,
    wide = width * factor,
    high = height * factor;
  for (let c = 0; c < countOf(outputs); c++) {
    const i = (c % area) / factor,
      j = c % factor;
    const picture = target + ((<usize>((c / area) * wide * high)) << 2);
    for (let y = 0; y < height; y++) {
      const row = y * factor + i;
      for (let x = 0; x < width; x++) {
        const column = x * factor + j;
        const address = dataOf(outputs) + <usize>c * planeOf(outputs) + <usize>y * rowOf(outputs) + ((<usize>x) << 2);
        const inside = row >= border && row < high - border && column >= border && column < wide - border;
        const error: f32 = inside ? f32.load(address) - f32.load(picture + ((<usize>(row * wide + column)) << 2)) : 0;
        if (inside) sum += valueOf(kind, error);
        f32.store(address, scale * slopeOf(kind, error));
      }
    }
  }
  return sum;
}
