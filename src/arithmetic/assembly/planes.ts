// Bands of rows, line by line: lines.ts computes the lines. Planes are rows of `width` samples without a gap; up to
// three rows behind the last may be read.
import { gatherFour, narrow, roundToByte, sumAcross, sumLines, sumPairs, widen } from './lines';

/** The index that a reflected border shows. */
function reflected(i: i32, length: i32): i32 {
  const period = 2 * length;
  const within = ((i % period) + period) % period;
  return within < length ? within : period - 1 - within;
}

/** Samples that a line takes up: lines are computed in blocks of 4. */
// @ts-ignore: decorator
@inline
function roomFor(width: i32): usize {
  return <usize>((width + 3) & ~3) + 4;
}

/**
 * Rows `from` to `to` of a plane, blurred down the columns and then along the rows. `source` is its row `first`, in
 * single precision as `target`; `kernel` holds the centre's weight first; `room` takes 2 radius + 3 lines of width + 2
 * radius samples in double precision, and as many addresses twice.
 */
export function blurRows(
  source: usize,
  first: i32,
  width: i32,
  height: i32,
  from: i32,
  to: i32,
  kernel: usize,
  radius: i32,
  room: usize,
  target: usize,
): void {
  const held = 2 * radius + 1,
    line = roomFor(width + 2 * radius) << 3,
    row = (<usize>width) << 2,
    padded = room + <usize>held * line,
    sums = padded + line,
    down = sums + line,
    across = down + ((<usize>held) << 2),
    middle = padded + ((<usize>radius) << 3);
  for (let i = 0; i < held; i++) store<u32>(across + ((<usize>i) << 2), <u32>(padded + ((<usize>i) << 3)));
  let next = max(0, from - radius);
  for (let y = from; y < to; y++) {
    for (; next < min(y + radius + 1, height); next++)
      widen(source + <usize>(next - first) * row, room + <usize>(next % held) * line, width);
    for (let i = 0; i < held; i++)
      store<u32>(down + ((<usize>i) << 2), <u32>(room + <usize>(reflected(y + i - radius, height) % held) * line));
    sumPairs(down, kernel, radius, middle, width);
    for (let i = 1; i <= radius; i++) {
      f64.store(middle - ((<usize>i) << 3), f64.load(middle + ((<usize>reflected(-i, width)) << 3)));
      const right = width - 1 + i;
      f64.store(middle + ((<usize>right) << 3), f64.load(middle + ((<usize>reflected(right, width)) << 3)));
    }
    sumPairs(across, kernel, radius, sums, width);
    narrow(sums, target, width);
    target += row;
  }
}

/**
 * Weighted sums along `height` rows of `width` samples to rows of `count`, all in double precision, rounded to 8 bits
 * after a product with `unit` unless that is 0. `room` takes 4 (width + count + 8) samples.
 */
export function resizeRows(
  source: usize,
  width: i32,
  height: i32,
  taps: i32,
  counts: usize,
  positions: usize,
  weights: usize,
  count: i32,
  unit: f64,
  room: usize,
  target: usize,
): void {
  const line = roomFor(count) << 3,
    sums = room + ((<usize>width) << 5),
    row = (<usize>width) << 3,
    bytes = (<usize>count) << 3;
  for (let y = 0; y < height; y += 4) {
    gatherFour(source, row, room, width);
    sumAcross(room, taps, counts, positions, weights, sums, line, count);
    if (unit != 0) roundToByte(sums, unit, 4 * <i32>(line >> 3));
    for (let i = 0; i < min(4, height - y); i++) {
      memory.copy(target, sums + <usize>i * line, bytes);
      target += bytes;
    }
    source += 4 * row;
  }
}

/**
 * Weighted sums down the columns of rows of `width` samples in double precision, the first of them row `first`: rows
 * `from` to `to`, rounded as above. `starts` takes `taps` addresses.
 */
export function resizeColumns(
  source: usize,
  first: i32,
  width: i32,
  from: i32,
  to: i32,
  taps: i32,
  counts: usize,
  positions: usize,
  weights: usize,
  unit: f64,
  starts: usize,
  target: usize,
): void {
  const row = (<usize>width) << 3;
  for (let y = from; y < to; y++) {
    const place = <usize>(y * taps),
      count = load<i32>(counts + ((<usize>y) << 2));
    for (let k: usize = 0; k < <usize>count; k++) {
      const position = load<i32>(positions + ((place + k) << 2));
      store<u32>(starts + (k << 2), <u32>(source + <usize>(position - first) * row));
    }
    sumLines(starts, weights + (place << 3), count, target, width);
    if (unit != 0) roundToByte(target, unit, width);
    target += row;
  }
}
