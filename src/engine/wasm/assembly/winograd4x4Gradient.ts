// The gradient of 3 x 3 kernels by the transpose of winograd4x4.ts: the gradients of the outputs, transformed like
// products, times the transformed samples, summed over tiles; then back to taps.

import { high, low, times } from './lanes';
import { dotPoints } from './points';
import { A, AA, B, BB, POINTS } from './points4x4';
import { endLine, storePair, sumPlanes } from './sums';
import { countOf, dataOf, lineOf, linesOf, planeOf, rowOf, sumsOf, tilesOf } from './views';

/** The factors of the values at a and at b. */
const Q: f32 = 1 / (2 * AA * (AA - BB));
const R: f32 = 1 / (2 * BB * (BB - AA));

/** Six values of four gradients, written `next` bytes apart. */
// @ts-ignore: decorator
@inline
function storeDeltas(e0: v128, e1: v128, e2: v128, e3: v128, to: usize, next: usize): void {
  v128.store(to, e0);
  let even = f32x4.add(e0, times(AA, e2)),
    odd = times(A, f32x4.add(e1, times(AA, e3)));
  to += next;
  storePair(even, odd, to, next);
  to += next;
  even = f32x4.add(e0, times(BB, e2));
  odd = times(B, f32x4.add(e1, times(BB, e3)));
  to += next;
  storePair(even, odd, to, next);
  to += next;
  v128.store(to + next, e3);
}

/** One filter's gradient of its outputs as lines `next` apart; `room` holds 24 vectors. */
function transformDelta(
  delta: usize,
  row: usize,
  tiles: i32,
  height: i32,
  target: usize,
  next: usize,
  room: usize,
): void {
  for (let y = 0; y < height; y += 4) {
    for (let x = 0; x < tiles; x += 4) {
      for (let r = 0; r < 4; r++) {
        const at = room + <usize>(96 * r);
        if (y + r >= height) {
          memory.fill(at, 0, 96);
          continue;
        }
        const from = delta + <usize>r * row + ((<usize>x) << 4);
        const v0 = v128.load(from),
          v1 = v128.load(from, 16),
          v2 = v128.load(from, 32),
          v3 = v128.load(from, 48);
        const p = low(v0, v2),
          q = low(v1, v3),
          s = high(v0, v2),
          t = high(v1, v3);
        storeDeltas(low(p, q), high(p, q), low(s, t), high(s, t), at, 16);
      }
      const to = target + ((<usize>x) << 2);
      for (let j: usize = 0; j < 6; j++) {
        const at = room + (j << 4);
        storeDeltas(v128.load(at), v128.load(at, 96), v128.load(at, 192), v128.load(at, 288), to + j * next, 6 * next);
      }
    }
    delta += 4 * row;
    target += (<usize>tiles) << 2;
  }
  for (let j = 0; j < POINTS; j++) endLine(target + <usize>j * next);
}

/** Three taps from six sums `step` bytes apart, written 16 bytes apart. */
// @ts-ignore: decorator
@inline
function storeTaps(from: usize, step: usize, to: usize): void {
  const s0 = v128.load(from);
  from += step;
  let m = v128.load(from);
  from += step;
  let n = v128.load(from);
  from += step;
  const u1 = times(Q, f32x4.add(m, n)),
    v1 = times(Q * A, f32x4.sub(m, n));
  m = v128.load(from);
  from += step;
  n = v128.load(from);
  const u2 = times(R, f32x4.add(m, n)),
    v2 = times(R * B, f32x4.sub(m, n));
  v128.store(to, f32x4.add(times(1 / (AA * BB), s0), f32x4.add(u1, u2)));
  v128.store(to, f32x4.add(v1, v2), 16);
  v128.store(to, f32x4.add(f32x4.add(times(AA, u1), times(BB, u2)), v128.load(from + step)), 32);
}

/** Adds the taps of 4 channels, of which `left` count, from sums `next` bytes apart. `room` holds 27 vectors. */
function addTaps(sums: usize, next: usize, left: i32, gradient: usize, room: usize): void {
  const taps = room + 288;
  // Down the columns, each of six points' columns to three rows, then along these.
  for (let j: usize = 0; j < 6; j++) storeTaps(sums + j * next, 6 * next, room + 48 * j);
  for (let r: usize = 0; r < 3; r++) storeTaps(room + 16 * r, 48, taps + 48 * r);
  for (let i = 0; i < min(4, left); i++)
    for (let t = 0; t < 9; t++) {
      const to = gradient + ((<usize>(9 * i + t)) << 2);
      f32.store(to, f32.load(to) + f32.load(taps + ((<usize>(4 * t + i)) << 2)));
    }
}

/** What `kernelGradient` computes, from the samples that transformWinograd4x4 left in the workspace. */
export function kernelGradientWinograd4x4(
  delta: usize,
  workspace: usize,
  width: i32,
  height: i32,
  gradient: usize,
  biasGradient: usize,
): void {
  const filters = countOf(delta),
    channels = countOf(workspace),
    tiles = tilesOf(workspace),
    plane = planeOf(workspace),
    line = lineOf(workspace),
    lines = linesOf(workspace),
    sums = sumsOf(workspace);
  const count = (tiles * ((height + 3) >> 2) + 3) & ~3;
  // Whole vectors of channels; behind the sums lies room for the transforms.
  const length = (<usize>((channels + 3) & ~3)) << 2;
  const room = sums + <usize>(4 * POINTS) * length;
  sumPlanes(delta, width, height, biasGradient);
  for (let f = 0; f < filters; f += 4) {
    const left = filters - f;
    for (let i = 0; i < min(4, left); i++) {
      const from = dataOf(delta) + <usize>(f + i) * planeOf(delta);
      transformDelta(from, rowOf(delta), tiles, height, lines + <usize>i * line, 4 * line, room);
    }
    const samples = dataOf(workspace);
    dotPoints(POINTS, lines, line, left, samples, rowOf(workspace), 1, 0, channels, plane, count, sums, length);
    for (let i = 0; i < min(4, left); i++)
      for (let c = 0; c < channels; c += 4) {
        const to = gradient + ((<usize>(((f + i) * channels + c) * 9)) << 2);
        addTaps(sums + <usize>i * length + ((<usize>c) << 2), 4 * length, channels - c, to, room);
      }
  }
}
