// The statistics that SSIM takes from windows, row by row in double precision, two samples to a register. All pointers
// are byte addresses. A ring of `side` rows holds, for each row of the two pictures, four lines of `line` bytes: the
// samples of one and of the other, the sums of their squares and their products. It stays in the cache.

/** Fills the squares and products of a row of the ring, whose samples are there. */
export function multiplyRow(row: usize, line: usize, count: i32): void {
  const other = row + line,
    squares = other + line,
    products = squares + line;
  for (let i: usize = 0; i < (<usize>count) << 3; i += 16) {
    const a = v128.load(row + i),
      b = v128.load(other + i);
    v128.store(squares + i, f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)));
    v128.store(products + i, f64x2.mul(a, b));
  }
}

/** Weighted sums down the columns of the rows whose addresses are at `starts` into four lines at `sums`. */
function weighColumns(starts: usize, line: usize, radius: i32, weights: usize, sums: usize, count: i32): void {
  const center = starts + ((<usize>radius) << 2),
    end = (<usize>count) << 3;
  for (let field: usize = 0; field < line << 2; field += line) {
    for (let i: usize = 0; i < end; i += 32) {
      const at = field + i,
        middle = <usize>load<u32>(center) + at;
      let weight = v128.load64_splat(weights),
        low = f64x2.mul(v128.load(middle), weight),
        high = f64x2.mul(v128.load(middle, 16), weight);
      for (let k: usize = 4; k <= (<usize>radius) << 2; k += 4) {
        const above = <usize>load<u32>(center - k) + at,
          below = <usize>load<u32>(center + k) + at;
        weight = v128.load64_splat(weights + (k << 1));
        low = f64x2.add(low, f64x2.mul(f64x2.add(v128.load(above), v128.load(below)), weight));
        high = f64x2.add(high, f64x2.mul(f64x2.add(v128.load(above, 16), v128.load(below, 16)), weight));
      }
      v128.store(sums + at, low);
      v128.store(sums + at, high, 16);
    }
  }
}

/** The weighted sum along a line around each sample, whose neighbours lie `step` bytes apart. */
// @ts-ignore: decorator
@inline
function weighed(center: usize, step: usize, radius: i32, weights: usize): v128 {
  let sum = f64x2.mul(v128.load(center), v128.load64_splat(weights)),
    reach = step;
  for (let k = 1; k <= radius; k++) {
    const pair = f64x2.add(v128.load(center - reach), v128.load(center + reach));
    sum = f64x2.add(sum, f64x2.mul(pair, v128.load64_splat(weights + ((<usize>k) << 3))));
    reach += step;
  }
  return sum;
}

/**
 * The sum of SSIM (Wang et al. 2004, equation 13) over a row of weighted windows: `count` samples of `channels`
 * interleaved channels, of which the first and the last `radius` of each channel are no centres. Row `top` of the ring
 * is the highest of the windows; `weights` holds the centre's weight first; `sums` takes four lines and `side`
 * addresses.
 */
export function similarityRow(
  ring: usize,
  line: usize,
  side: i32,
  top: i32,
  weights: usize,
  sums: usize,
  count: i32,
  channels: i32,
  c1: f64,
  c2: f64,
): f64 {
  const starts = sums + (line << 2);
  for (let i = 0; i < side; i++)
    store<u32>(starts + ((<usize>i) << 2), <u32>(ring + <usize>((top + i) % side) * (line << 2)));
  const radius = side >> 1;
  weighColumns(starts, line, radius, weights, sums, count);
  const step = (<usize>channels) << 3,
    windows = count - 2 * radius * channels,
    first = f64x2.splat(c1),
    second = f64x2.splat(c2);
  let total = f64x2.splat(0),
    center = sums + <usize>radius * step;
  for (let i = 0; i < windows; i += 2) {
    const a = weighed(center, step, radius, weights),
      b = weighed(center + line, step, radius, weights),
      squares = weighed(center + 2 * line, step, radius, weights),
      products = weighed(center + 3 * line, step, radius, weights);
    const means = f64x2.mul(a, b),
      squaredMeans = f64x2.add(f64x2.mul(a, a), f64x2.mul(b, b)),
      covariance = f64x2.sub(products, means);
    const value = f64x2.div(
      f64x2.mul(f64x2.add(f64x2.add(means, means), first), f64x2.add(f64x2.add(covariance, covariance), second)),
      f64x2.mul(f64x2.add(squaredMeans, first), f64x2.add(f64x2.sub(squares, squaredMeans), second)),
    );
    // Of an odd number of windows the last stands alone in its register.
    total = f64x2.add(total, i + 1 < windows ? value : f64x2.replace_lane(value, 1, 0));
    center += 16;
  }
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
}
