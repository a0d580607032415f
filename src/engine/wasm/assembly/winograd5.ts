// Minimal filtering F(4,5) along the rows (S. Winograd, Arithmetic Complexity of Computations, 1980), for 5 x 5 kernels between many planes.
// A tile is four outputs beside each other. For 5 taps g it takes 8 products of transformed samples and taps instead of 20:
//   y = A' ((G g) * (B' d)), with the polynomials' values at 0, 1, -1, 2, -2, 1/2, -1/2 and infinity; t = B' d are the samples, w = G g the taps.
// The m_j = t_j * w_j are summed over planes and rows before the y are formed; a kernel's gradient is G' ((A dy) * (B' d)), summed over tiles.
// The planes of t have no gaps between rows, so that whatever is summed is one long line. All pointers are byte addresses, all strides bytes.

import { clearTail, dots, finish, sumPlane, within } from './sums';
import { sumTiles } from './winograd3';

const POINTS: usize = 8;
const TAPS: i32 = 5;

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}

// @ts-ignore: decorator
@inline
function times(value: f32, a: v128): v128 {
  return f32x4.mul(f32x4.splat(value), a);
}

/**
 * The samples t of `rows` rows of each plane: [j][channel][row][tile], planes `plane` apart. `input` points at the sample under the kernel's first tap
 * for output (0, 0). Blocks of 4 tiles reach beyond the last one: a plane has room for 8 more, and `input` may be read 20 samples further.
 */
export function transformWinograd5(
  input: usize,
  channels: i32,
  inputPlane: usize,
  inputRow: usize,
  rows: i32,
  tiles: i32,
  target: usize,
  plane: usize,
): void {
  const next = <usize>channels * plane;
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < rows; y++) {
      const from = input + <usize>c * inputPlane + <usize>y * inputRow;
      const to = target + <usize>c * plane + ((<usize>(y * tiles)) << 2);
      for (let x = 0; x < tiles; x += 4) {
        const source = from + ((<usize>x) << 4);
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
        const d4 = low(p, q),
          d5 = high(p, q);
        p = high(v1, v3);
        q = high(v2, v4);
        const d6 = low(p, q),
          d7 = high(p, q);
        let at = to + ((<usize>x) << 2);
        v128.store(at, f32x4.add(f32x4.sub(d0, d6), times(5.25, f32x4.sub(d4, d2))));
        let even = f32x4.sub(f32x4.add(d2, d6), times(4.25, d4)),
          odd = f32x4.sub(f32x4.add(d1, d5), times(4.25, d3));
        at += next;
        v128.store(at, f32x4.add(even, odd));
        at += next;
        v128.store(at, f32x4.sub(even, odd));
        even = f32x4.sub(f32x4.add(d6, times(0.25, d2)), times(1.25, d4));
        odd = f32x4.add(f32x4.sub(times(0.5, d1), times(2.5, d3)), times(2, d5));
        at += next;
        v128.store(at, f32x4.add(even, odd));
        at += next;
        v128.store(at, f32x4.sub(even, odd));
        even = f32x4.sub(f32x4.add(d6, times(4, d2)), times(5, d4));
        odd = f32x4.add(f32x4.sub(times(2, d1), times(2.5, d3)), times(0.5, d5));
        at += next;
        v128.store(at, f32x4.add(even, odd));
        at += next;
        v128.store(at, f32x4.sub(even, odd));
        at += next;
        v128.store(at, f32x4.add(f32x4.sub(d7, d1), times(5.25, f32x4.sub(d3, d5))));
      }
    }
}

/** One filter's outputs from its m_j, which lie `next` apart. */
function formOutputs(
  products: usize,
  next: usize,
  tiles: i32,
  bias: f32,
  output: usize,
  outputRow: usize,
  width: i32,
  height: i32,
  mode: i32,
): void {
  const b = f32x4.splat(bias);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < tiles; x += 4) {
      let at = products + ((<usize>(y * tiles + x)) << 2);
      const m0 = v128.load(at);
      at += next;
      let m = v128.load(at);
      at += next;
      let n = v128.load(at);
      const s1 = f32x4.add(m, n),
        e1 = f32x4.sub(m, n);
      at += next;
      m = v128.load(at);
      at += next;
      n = v128.load(at);
      const s2 = f32x4.add(m, n),
        e2 = f32x4.sub(m, n);
      at += next;
      m = v128.load(at);
      at += next;
      n = v128.load(at);
      const s3 = f32x4.add(m, n),
        e3 = f32x4.sub(m, n);
      const y0 = f32x4.add(f32x4.add(b, m0), f32x4.add(s1, f32x4.add(s2, s3)));
      const y1 = f32x4.add(f32x4.add(b, e1), f32x4.add(times(2, e2), times(0.5, e3)));
      const y2 = f32x4.add(f32x4.add(b, s1), f32x4.add(times(4, s2), times(0.25, s3)));
      const y3 = f32x4.add(
        f32x4.add(f32x4.add(b, e1), v128.load(at + next)),
        f32x4.add(times(8, e2), times(0.125, e3)),
      );
      const left = tiles - x,
        p = low(y0, y2),
        q = low(y1, y3),
        r = high(y0, y2),
        s = high(y1, y3);
      const to = output + ((<usize>x) << 4);
      finish(low(p, q), to, mode);
      if (left > 1) finish(high(p, q), to + 16, mode);
      if (left > 2) finish(low(r, s), to + 32, mode);
      if (left > 3) finish(high(r, s), to + 48, mode);
    }
    clearTail(output, width, 4);
    output += outputRow;
  }
}

/**
 * What `convolve` computes, from transformed samples. `kernels` is packed [filters / 4][j][channel][row][4]; `scratch` holds 32 lines,
 * `scratchPlane` apart, of as many tiles as there are, and 8 more.
 */
export function convolveWinograd5(
  transformed: usize,
  plane: usize,
  channels: i32,
  tiles: i32,
  kernels: usize,
  bias: usize,
  scratch: usize,
  scratchPlane: usize,
  output: usize,
  filters: i32,
  outputPlane: usize,
  outputRow: usize,
  width: i32,
  height: i32,
  mode: i32,
): void {
  const taps = (<usize>(channels * TAPS)) << 4,
    next = scratchPlane << 2;
  for (let f = 0; f < filters; f += 4) {
    for (let j: usize = 0; j < POINTS; j++) {
      sumTiles(
        transformed + j * <usize>channels * plane,
        plane,
        channels,
        TAPS,
        (<usize>tiles) << 2,
        kernels,
        scratch + j * next,
        scratchPlane,
        tiles * height,
      );
      kernels += taps;
    }
    for (let i = 0; i < min(4, filters - f); i++) {
      formOutputs(
        scratch + <usize>i * scratchPlane,
        next,
        tiles,
        f32.load(bias + ((<usize>(f + i)) << 2)),
        output + <usize>(f + i) * outputPlane,
        outputRow,
        width,
        height,
        mode,
      );
    }
  }
}

/** One filter's gradient of its outputs, transformed with the transpose of what forms them, in lines `next` apart. */
function transformDelta(delta: usize, deltaRow: usize, tiles: i32, height: i32, target: usize, next: usize): void {
  let to = target;
  for (let y = 0; y < height; y++) {
    to = target + ((<usize>(y * tiles)) << 2);
    for (let x = 0; x < tiles; x += 4) {
      const from = delta + ((<usize>x) << 4);
      const v0 = v128.load(from),
        v1 = v128.load(from, 16),
        v2 = v128.load(from, 32),
        v3 = v128.load(from, 48);
      const p = low(v0, v2),
        q = low(v1, v3),
        r = high(v0, v2),
        s = high(v1, v3);
      const e0 = low(p, q),
        e1 = high(p, q),
        e2 = low(r, s),
        e3 = high(r, s);
      let at = to + ((<usize>x) << 2);
      v128.store(at, e0);
      let even = f32x4.add(e0, e2),
        odd = f32x4.add(e1, e3);
      at += next;
      v128.store(at, f32x4.add(even, odd));
      at += next;
      v128.store(at, f32x4.sub(even, odd));
      even = f32x4.add(e0, times(4, e2));
      odd = f32x4.add(times(2, e1), times(8, e3));
      at += next;
      v128.store(at, f32x4.add(even, odd));
      at += next;
      v128.store(at, f32x4.sub(even, odd));
      even = f32x4.add(e0, times(0.25, e2));
      odd = f32x4.add(times(0.5, e1), times(0.125, e3));
      at += next;
      v128.store(at, f32x4.add(even, odd));
      at += next;
      v128.store(at, f32x4.sub(even, odd));
      at += next;
      v128.store(at, e3);
    }
    delta += deltaRow;
  }
  // The products take whole blocks of 4.
  to += (<usize>tiles) << 2;
  for (let j: usize = 0; j < POINTS; j++) v128.store(to + j * next, f32x4.splat(0));
}

/** From the sums s_j of one filter, [channel][row] each and `next` apart, the gradient of its kernels' taps, a row of 5 after the other. */
function addTaps(sums: usize, next: usize, rows: i32, gradient: usize): void {
  for (let row = 0; row < rows; row++) {
    let at = sums;
    const s0 = f32.load(at);
    at += next;
    let m = f32.load(at);
    at += next;
    let n = f32.load(at);
    const u1: f32 = (-(m + n) * 2) / 9,
      v1: f32 = ((n - m) * 2) / 9;
    at += next;
    m = f32.load(at);
    at += next;
    n = f32.load(at);
    const u2: f32 = (m + n) / 90,
      v2: f32 = (m - n) / 90;
    at += next;
    m = f32.load(at);
    at += next;
    n = f32.load(at);
    const u3: f32 = ((m + n) * 32) / 45,
      v3: f32 = ((m - n) * 32) / 45;
    f32.store(gradient, f32.load(gradient) + (s0 + (u1 + (u2 + u3))));
    f32.store(gradient, f32.load(gradient, 4) + (v1 + (2 * v2 + 0.5 * v3)), 4);
    f32.store(gradient, f32.load(gradient, 8) + (u1 + (4 * u2 + 0.25 * u3)), 8);
    f32.store(gradient, f32.load(gradient, 12) + (v1 + (8 * v2 + 0.125 * v3)), 12);
    f32.store(gradient, f32.load(gradient, 16) + (u1 + (16 * u2 + 0.0625 * u3) + f32.load(at + next)), 16);
    gradient += 20;
    sums += 4;
  }
}

/** What `kernelGradient` computes, from transformed samples; `scratch` as for `convolveWinograd5`, `sums` room for 32 times the channels' kernel rows. */
export function kernelGradientWinograd5(
  delta: usize,
  filters: i32,
  deltaPlane: usize,
  deltaRow: usize,
  transformed: usize,
  plane: usize,
  channels: i32,
  tiles: i32,
  scratch: usize,
  scratchPlane: usize,
  sums: usize,
  width: i32,
  height: i32,
  gradient: usize,
  biasGradient: usize,
): void {
  const rows = channels * TAPS,
    count = (tiles * height + 3) & ~3;
  const row = (<usize>tiles) << 2,
    line = (<usize>rows) << 2,
    next = scratchPlane << 2;
  for (let f = 0; f < filters; f++)
    sumPlane(delta + <usize>f * deltaPlane, deltaRow, width, height, biasGradient + ((<usize>f) << 2));
  for (let f = 0; f < filters; f += 4) {
    const left = filters - f;
    for (let i = 0; i < min(4, left); i++)
      transformDelta(
        delta + <usize>(f + i) * deltaPlane,
        deltaRow,
        tiles,
        height,
        scratch + <usize>i * scratchPlane,
        next,
      );
    memory.fill(sums, 0, 32 * line);
    for (let j: usize = 0; j < POINTS; j++)
      for (let c = 0; c < channels; c++)
        for (let r = 0; r < TAPS; r += 2) {
          dots(
            scratch + j * next,
            within(scratchPlane, 1, left),
            within(scratchPlane, 2, left),
            within(scratchPlane, 3, left),
            left,
            0,
            transformed + (j * <usize>channels + <usize>c) * plane + <usize>r * row,
            r + 1 < TAPS ? row : 0,
            TAPS - r,
            0,
            count,
            1,
            sums + 4 * j * line + ((<usize>(c * TAPS + r)) << 2),
            line,
            4,
          );
        }
    for (let i = 0; i < min(4, left); i++)
      addTaps(sums + <usize>i * line, 4 * line, rows, gradient + <usize>(f + i) * <usize>rows * 20);
  }
}
