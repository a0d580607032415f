// Minimal filtering F(4x4, 3x3) for 3 x 3 kernels between many planes (Lavin and Gray 2015, arXiv 1509.09308).
// A tile is 4 x 4 outputs. For 9 taps it takes 36 products instead of 144: down the columns and along the rows, by the
// polynomials' values at 0, a, -a, b, -b and infinity. With a = 3/4 and b = 3/2 it rounds half as much as with 1 and 2.
// Samples lie as [point][channel][tile], products as [point][filter of 4][tile]: a vector is four tiles in a row. The
// workspace's row is the distance from point to point.

import { high, low, times } from './lanes';
import { sumPoints } from './points';
import { A, AA, B, BB, POINTS } from './points4x4';
import { clearTail, finish, scaledBelowZero, storePair } from './sums';
import { countOf, dataOf, lineOf, linesOf, planeOf, rowOf, sumsOf, tilesOf } from './views';

/** The values of six samples `step` bytes apart, written `next` bytes apart. */
// @ts-ignore: decorator
@inline
function storeValues(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, next: usize): void {
  v128.store(to, f32x4.add(times(AA * BB, d0), f32x4.sub(d4, times(AA + BB, d2))));
  let even = f32x4.sub(d4, times(BB, d2)),
    odd = times(A, f32x4.sub(d3, times(BB, d1)));
  to += next;
  storePair(even, odd, to, next);
  to += next;
  even = f32x4.sub(d4, times(AA, d2));
  odd = times(B, f32x4.sub(d3, times(AA, d1)));
  to += next;
  storePair(even, odd, to, next);
  to += next;
  v128.store(to + next, f32x4.add(times(AA * BB, d1), f32x4.sub(d5, times(AA + BB, d3))));
}

/** One plane's rows along x: [row][value][tile, whole blocks of 4], zeros for the rows below the last that counts. */
function transformRows(plane: usize, row: usize, rows: i32, all: i32, tiles: i32, target: usize): void {
  const next = (<usize>((tiles + 3) & ~3)) << 2;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < tiles; x += 4) {
      const source = plane + ((<usize>x) << 4);
      const v0 = v128.load(source),
        v1 = v128.load(source, 16),
        v2 = v128.load(source, 32),
        v3 = v128.load(source, 48),
        v4 = v128.load(source, 64);
      let p = low(v0, v2),
        q = low(v1, v3);
      const d0 = low(p, q),
        d1 = high(p, q);
      p = high(v0, v2);
      q = high(v1, v3);
      const d2 = low(p, q),
        d3 = high(p, q);
      p = low(v1, v3);
      q = low(v2, v4);
      storeValues(d0, d1, d2, d3, low(p, q), high(p, q), target + ((<usize>x) << 2), next);
    }
    plane += row;
    target += 6 * next;
  }
  memory.fill(target, 0, <usize>(all - rows) * 6 * next);
}

/**
 * The samples of all planes of `input`, whose first is the one under the kernel's first tap, for outputs `height` high.
 * Blocks of 4 tiles reach beyond the last one: a plane has room for 8 more, and `input` may be read 20 samples further.
 */
export function transformWinograd4x4(input: usize, height: i32, workspace: usize): void {
  const channels = countOf(input),
    tiles = tilesOf(workspace),
    plane = planeOf(workspace),
    tileRows = (height + 3) >> 2;
  const next = rowOf(workspace),
    step = (<usize>((tiles + 3) & ~3)) << 2,
    between = linesOf(workspace);
  for (let c = 0; c < channels; c++) {
    const from = dataOf(input) + <usize>c * planeOf(input);
    transformRows(from, rowOf(input), height + 2, 4 * tileRows + 2, tiles, between);
    const to = dataOf(workspace) + <usize>c * plane;
    for (let y = 0; y < tileRows; y++)
      for (let j = 0; j < 6; j++)
        for (let x = 0; x < tiles; x += 4) {
          const p = between + <usize>(24 * y + j) * step + ((<usize>x) << 2);
          const d0 = v128.load(p),
            d1 = v128.load(p + 6 * step),
            d2 = v128.load(p + 12 * step);
          const d3 = v128.load(p + 18 * step),
            d4 = v128.load(p + 24 * step),
            d5 = v128.load(p + 30 * step);
          const at = to + <usize>j * next + ((<usize>(y * tiles + x)) << 2);
          storeValues(d0, d1, d2, d3, d4, d5, at, 6 * next);
        }
  }
}

/** Four outputs of six products `step` bytes apart, written `next` bytes apart. */
// @ts-ignore: decorator
@inline
function storeOutputs(from: usize, step: usize, to: usize, next: usize): void {
  const m0 = v128.load(from);
  from += step;
  let m = v128.load(from);
  from += step;
  let n = v128.load(from);
  from += step;
  const s1 = f32x4.add(m, n),
    e1 = f32x4.sub(m, n);
  m = v128.load(from);
  from += step;
  n = v128.load(from);
  const s2 = f32x4.add(m, n),
    e2 = f32x4.sub(m, n);
  v128.store(to, f32x4.add(m0, f32x4.add(s1, s2)));
  v128.store(to + next, f32x4.add(times(A, e1), times(B, e2)));
  v128.store(to + 2 * next, f32x4.add(times(AA, s1), times(BB, s2)));
  v128.store(to + 3 * next, f32x4.add(f32x4.add(times(AA * A, e1), times(BB * B, e2)), v128.load(from + step)));
}

/**
 * One filter's outputs from its products, which lie `next` apart. `slope` is the address of a PReLU's slope, or 0;
 * `room` holds 40 vectors.
 */
function formOutputs(
  products: usize,
  next: usize,
  tiles: i32,
  bias: f32,
  output: usize,
  row: usize,
  width: i32,
  height: i32,
  mode: i32,
  slope: usize,
  room: usize,
): void {
  const b = f32x4.splat(bias),
    formed = room + 384;
  for (let y = 0; y < height; y += 4) {
    const rows = min(4, height - y);
    for (let x = 0; x < tiles; x += 4) {
      for (let j: usize = 0; j < 6; j++)
        storeOutputs(products + j * next + ((<usize>x) << 2), 6 * next, room + (j << 4), 96);
      let to = output + ((<usize>x) << 4);
      const left = width - 4 * x;
      for (let r = 0; r < rows; r++) {
        storeOutputs(room + <usize>(96 * r), 16, formed, 16);
        let y0 = f32x4.add(b, v128.load(formed)),
          y1 = f32x4.add(b, v128.load(formed, 16)),
          y2 = f32x4.add(b, v128.load(formed, 32)),
          y3 = f32x4.add(b, v128.load(formed, 48));
        if (slope) {
          const below = f32.load(slope);
          y0 = scaledBelowZero(y0, y0, below);
          y1 = scaledBelowZero(y1, y1, below);
          y2 = scaledBelowZero(y2, y2, below);
          y3 = scaledBelowZero(y3, y3, below);
        }
        const p = low(y0, y2),
          q = low(y1, y3),
          s = high(y0, y2),
          t = high(y1, y3);
        finish(low(p, q), to, mode);
        if (left > 4) finish(high(p, q), to + 16, mode);
        if (left > 8) finish(low(s, t), to + 32, mode);
        if (left > 12) finish(high(s, t), to + 48, mode);
        to += row;
      }
    }
    for (let r = 0; r < rows; r++) clearTail(output + <usize>r * row, width, 4);
    products += (<usize>tiles) << 2;
    output += 4 * row;
  }
}

/**
 * What `convolve` computes, from transformed samples. `kernels` is packed [filters / 4][point][channel][4]. Where
 * `slopes` is not 0, a PReLU with these slopes follows.
 */
export function convolveWinograd4x4(
  workspace: usize,
  kernels: usize,
  bias: usize,
  output: usize,
  width: i32,
  height: i32,
  mode: i32,
  slopes: usize,
): void {
  const channels = countOf(workspace),
    filters = countOf(output),
    tiles = tilesOf(workspace),
    plane = planeOf(workspace),
    line = lineOf(workspace),
    lines = linesOf(workspace);
  const count = tiles * ((height + 3) >> 2);
  for (let f = 0; f < filters; f += 4) {
    const samples = dataOf(workspace);
    sumPoints(POINTS, samples, rowOf(workspace), 1, 0, channels, plane, kernels, lines, line, count);
    kernels += (<usize>(POINTS * channels)) << 4;
    for (let i = 0; i < min(4, filters - f); i++)
      formOutputs(
        lines + <usize>i * line,
        4 * line,
        tiles,
        f32.load(bias + ((<usize>(f + i)) << 2)),
        dataOf(output) + <usize>(f + i) * planeOf(output),
        rowOf(output),
        width,
        height,
        mode,
        slopes ? slopes + ((<usize>(f + i)) << 2) : 0,
        sumsOf(workspace),
      );
  }
}
