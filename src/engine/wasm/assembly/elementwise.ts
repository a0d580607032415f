// Sample by sample over planes of one size. A row is taken in blocks of 4: what lies behind its end must be zero in
// all operands, and
// stays zero.

import { ADD, finish, LINEAR, scaledBelowZero } from './sums';
import { countOf, dataOf, planeOf, rowOf } from './views';

/** Activations that `finish` does not do: the order of `activations` in network/network.ts. */
const LEAKY: i32 = 2;
const PRELU: i32 = 3;
const TANH: i32 = 4;
const LEAK: f32 = 0.1;

/**
 * to = activation(from) for leaky ReLU, PReLU (one slope a plane at `slopes`) and tanh. `from` and `to` may be the
 * same.
 */
export function activate(from: usize, to: usize, width: i32, height: i32, activation: i32, slopes: usize): void {
  for (let c = 0; c < countOf(from); c++) {
    const slope: f32 = activation == PRELU ? f32.load(slopes + ((<usize>c) << 2)) : LEAK;
    for (let y = 0; y < height; y++) {
      let p = dataOf(from) + <usize>c * planeOf(from) + <usize>y * rowOf(from);
      let q = dataOf(to) + <usize>c * planeOf(to) + <usize>y * rowOf(to);
      for (let x = 0; x < width; x += 4) {
        if (activation == TANH) for (let i: usize = 0; i < 16; i += 4) f32.store(q + i, Mathf.tanh(f32.load(p + i)));
        else {
          const value = v128.load(p);
          v128.store(q, scaledBelowZero(value, value, slope));
        }
        p += 16;
        q += 16;
      }
    }
  }
}

/**
 * Multiplies the gradient of a layer's outputs by the activation's derivative. `gates` are what tells it: the sums
 * before PReLU, else
 * the outputs. The gradient of PReLU's slopes is added at `slopeGradient`, row by row, so that few sums grow long.
 */
export function differentiateActivation(
  gates: usize,
  deltas: usize,
  width: i32,
  height: i32,
  activation: i32,
  slopes: usize,
  slopeGradient: usize,
): void {
  const zero = f32x4.splat(0),
    one = f32x4.splat(1);
  for (let c = 0; c < countOf(deltas); c++) {
    const slope: f32 = activation == PRELU ? f32.load(slopes + ((<usize>c) << 2)) : activation == LEAKY ? LEAK : <f32>0;
    let ofSlope: f64 = 0;
    for (let y = 0; y < height; y++) {
      let p = dataOf(gates) + <usize>c * planeOf(gates) + <usize>y * rowOf(gates);
      let q = dataOf(deltas) + <usize>c * planeOf(deltas) + <usize>y * rowOf(deltas);
      let row = zero;
      for (let x = 0; x < width; x += 4) {
        const gate = v128.load(p),
          delta = v128.load(q);
        if (activation == TANH) v128.store(q, f32x4.mul(delta, f32x4.sub(one, f32x4.mul(gate, gate))));
        else v128.store(q, scaledBelowZero(delta, gate, slope));
        row = f32x4.add(row, f32x4.mul(delta, f32x4.pmin(zero, gate)));
        p += 16;
        q += 16;
      }
      ofSlope += <f64>(
        (f32x4.extract_lane(row, 0) +
          f32x4.extract_lane(row, 1) +
          f32x4.extract_lane(row, 2) +
          f32x4.extract_lane(row, 3))
      );
    }
    if (activation == PRELU) {
      const at = slopeGradient + ((<usize>c) << 2);
      f32.store(at, f32.load(at) + <f32>ofSlope);
    }
  }
}

/**
 * Passes planes on with a mode of `finish`. Where there are fewer planes at one end, each stands for as many
 * neighbours at the
 * other: they repeat on the way to more planes, and are summed on the way to fewer.
 */
export function pass(from: usize, to: usize, width: i32, height: i32, mode: i32): void {
  const many = max(countOf(from), countOf(to));
  const fromEach = many / countOf(from),
    toEach = many / countOf(to);
  for (let c = 0; c < many; c++) {
    const how = c % toEach != 0 && mode == LINEAR ? ADD : mode;
    for (let y = 0; y < height; y++) {
      let p = dataOf(from) + <usize>(c / fromEach) * planeOf(from) + <usize>y * rowOf(from);
      let q = dataOf(to) + <usize>(c / toEach) * planeOf(to) + <usize>y * rowOf(to);
      for (let x = 0; x < width; x += 4) {
        finish(v128.load(p), q, how);
        p += 16;
        q += 16;
      }
    }
  }
}

/** Writes factor² planes of `from` as one of `to`, `factor` times as large. `width` and `height` are `from`'s. */
export function writeShuffled(from: usize, factor: i32, to: usize, width: i32, height: i32): void {
  const area = factor * factor;
  for (let c = 0; c < countOf(from); c++) {
    const part = c % area;
    const first =
      dataOf(to) +
      <usize>(c / area) * planeOf(to) +
      <usize>(part / factor) * rowOf(to) +
      ((<usize>(part % factor)) << 2);
    for (let y = 0; y < height; y++) {
      const p = dataOf(from) + <usize>c * planeOf(from) + <usize>y * rowOf(from);
      let q = first + <usize>(y * factor) * rowOf(to);
      for (let x = 0; x < width; x++) {
        f32.store(q, f32.load(p + ((<usize>x) << 2)));
        q += (<usize>factor) << 2;
      }
    }
  }
}
