// Lines of pictures in double precision, two samples to a register: products and sums are rounded one by one, as
// scipy's are.
// All pointers are byte addresses. Lines are computed in blocks of 4 samples, so each needs room for 3 more.

/** Single precision to double. */
export function widen(source: usize, target: usize, width: i32): void {
  for (let x = 0; x < width; x += 4) {
    const four = v128.load(source + ((<usize>x) << 2));
    const to = target + ((<usize>x) << 3);
    v128.store(to, f64x2.promote_low_f32x4(four));
    v128.store(
      to,
      f64x2.promote_low_f32x4(i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)),
      16,
    );
  }
}

/** Double precision to single. */
export function narrow(source: usize, target: usize, width: i32): void {
  for (let x = 0; x < width; x += 4) {
    const from = source + ((<usize>x) << 3);
    const low = f32x4.demote_f64x2_zero(v128.load(from)),
      high = f32x4.demote_f64x2_zero(v128.load(from, 16));
    v128.store(
      target + ((<usize>x) << 2),
      i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
    );
  }
}

/**
 * `width` truncated sums of the 2 radius + 1 lines whose addresses are at `starts`. Symmetric pairs are added to the
 * centre
 * from the far end inwards; `kernel` holds the centre's weight first.
 */
export function sumPairs(starts: usize, kernel: usize, radius: i32, sums: usize, width: i32): void {
  const center = starts + ((<usize>radius) << 2);
  for (let x = 0; x < width; x += 4) {
    const at = (<usize>x) << 3;
    const middle = <usize>load<u32>(center) + at;
    let weight = v128.load64_splat(kernel);
    let low = f64x2.mul(v128.load(middle), weight),
      high = f64x2.mul(v128.load(middle, 16), weight);
    for (let k = (<usize>radius) << 2; k > 0; k -= 4) {
      const before = <usize>load<u32>(center - k) + at,
        after = <usize>load<u32>(center + k) + at;
      weight = v128.load64_splat(kernel + (k << 1));
      low = f64x2.add(low, f64x2.mul(f64x2.add(v128.load(before), v128.load(after)), weight));
      high = f64x2.add(high, f64x2.mul(f64x2.add(v128.load(before, 16), v128.load(after, 16)), weight));
    }
    v128.store(sums + at, f64x2.trunc(low));
    v128.store(sums + at, f64x2.trunc(high), 16);
  }
}

/** Four lines, `stride` apart, with the four samples of a column beside each other. */
export function gatherFour(source: usize, stride: usize, target: usize, width: i32): void {
  const second = source + stride,
    third = second + stride,
    fourth = third + stride;
  for (let x = 0; x < width; x++) {
    const at = (<usize>x) << 3,
      to = target + ((<usize>x) << 5);
    v128.store(to, v128.load64_lane(second + at, v128.load64_zero(source + at), 1));
    v128.store(to, v128.load64_lane(fourth + at, v128.load64_zero(third + at), 1), 16);
  }
}

/**
 * Weighted sums along four lines whose columns lie together: sample x of the four results, `stride` apart, from
 * counts[x] of the `taps` places
 * that positions and weights hold for it.
 */
export function sumAcross(
  columns: usize,
  taps: i32,
  counts: usize,
  positions: usize,
  weights: usize,
  sums: usize,
  stride: usize,
  width: i32,
): void {
  for (let x = 0; x < width; x++) {
    let upper = f64x2.splat(0),
      lower = upper;
    const start = <usize>(x * taps),
      end = start + load<u32>(counts + ((<usize>x) << 2));
    for (let k = start; k < end; k++) {
      const column = columns + ((<usize>load<u32>(positions + (k << 2))) << 5);
      const weight = v128.load64_splat(weights + (k << 3));
      upper = f64x2.add(upper, f64x2.mul(v128.load(column), weight));
      lower = f64x2.add(lower, f64x2.mul(v128.load(column, 16), weight));
    }
    let to = sums + ((<usize>x) << 3);
    v128.store64_lane(to, upper, 0);
    to += stride;
    v128.store64_lane(to, upper, 1);
    to += stride;
    v128.store64_lane(to, lower, 0);
    to += stride;
    v128.store64_lane(to, lower, 1);
  }
}

/** The weighted sum of the `count` lines whose addresses are at `starts`. */
export function sumLines(starts: usize, weights: usize, count: i32, sums: usize, width: i32): void {
  for (let x = 0; x < width; x += 4) {
    const at = (<usize>x) << 3;
    let low = f64x2.splat(0),
      high = low;
    for (let k: usize = 0; k < <usize>count; k++) {
      const line = <usize>load<u32>(starts + (k << 2)) + at;
      const weight = v128.load64_splat(weights + (k << 3));
      low = f64x2.add(low, f64x2.mul(v128.load(line), weight));
      high = f64x2.add(high, f64x2.mul(v128.load(line, 16), weight));
    }
    v128.store(sums + at, low);
    v128.store(sums + at, high, 16);
  }
}

/** value * unit rounded to a whole number in 0..255, halves upwards. */
export function roundToByte(values: usize, unit: f64, count: i32): void {
  const half = f64x2.splat(0.5),
    zero = f64x2.splat(0),
    most = f64x2.splat(255),
    units = f64x2.splat(unit);
  for (let x = 0; x < count; x += 2) {
    const address = values + ((<usize>x) << 3);
    const value = f64x2.floor(f64x2.add(f64x2.mul(v128.load(address), units), half));
    v128.store(address, f64x2.pmin(most, f64x2.pmax(zero, value)));
  }
}
