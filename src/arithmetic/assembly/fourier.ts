// Fourier transforms of any length for measures/analysis/fourier.ts, of two lines at a time: a vector holds a sample of
// each.
// Bluestein's way: a convolution with a chirp, by transforms of a power of two. The first of these leaves its results
// in the order of reversed bits and the second takes them in that order, so nothing has to be sorted.

/** Bytes of a vector. */
const VECTOR: usize = 16;

// @ts-ignore: decorator
@inline
function real(a: v128, b: v128, c: v128, s: v128): v128 {
  return f64x2.sub(f64x2.mul(a, c), f64x2.mul(b, s));
}
// @ts-ignore: decorator
@inline
function imaginary(a: v128, b: v128, c: v128, s: v128): v128 {
  return f64x2.add(f64x2.mul(a, s), f64x2.mul(b, c));
}

/** Sums and differences of neighbours: the halving that is left of an odd power of two. */
function neighbours(values: usize, size: i32): void {
  for (let i = 0; i < size; i += 2) {
    const at = values + ((<usize>i) << 4);
    const a = v128.load(at),
      b = v128.load(at, 16);
    v128.store(at, f64x2.add(a, b));
    v128.store(at, f64x2.sub(a, b), 16);
  }
}

/**
 * The transform of `size` vectors, a power of two, in place: the results lie in the order of reversed bits. The table
 * holds size / 2 cosines, then as many sines, of -2 pi k / size.
 */
export function toFrequencies(re: usize, im: usize, size: i32, table: usize): void {
  const sines = table + ((<usize>size) << 2);
  let block = size;
  // Two halvings at once, so that samples are read and written half as often.
  for (; block >= 4; block >>= 2) {
    const quarter = block >> 2,
      far = (<usize>quarter) << 4,
      stride = (<usize>(size / block)) << 3;
    for (let start = 0; start < size; start += block) {
      let a = re + ((<usize>start) << 4),
        b = im + ((<usize>start) << 4),
        turn: usize = 0;
      for (let k = 0; k < quarter; k++) {
        const c = v128.load64_splat(table + turn),
          s = v128.load64_splat(sines + turn),
          c2 = v128.load64_splat(table + 2 * turn),
          s2 = v128.load64_splat(sines + 2 * turn);
        const p0 = v128.load(a),
          p1 = v128.load(a + far),
          p2 = v128.load(a + 2 * far),
          p3 = v128.load(a + 3 * far),
          q0 = v128.load(b),
          q1 = v128.load(b + far),
          q2 = v128.load(b + 2 * far),
          q3 = v128.load(b + 3 * far);
        const p02 = f64x2.add(p0, p2),
          q02 = f64x2.add(q0, q2),
          p13 = f64x2.add(p1, p3),
          q13 = f64x2.add(q1, q3);
        // The differences, the second of them turned by a quarter more.
        const d = f64x2.sub(p0, p2),
          e = f64x2.sub(q0, q2),
          f = f64x2.sub(q1, q3),
          g = f64x2.sub(p3, p1);
        v128.store(a, f64x2.add(p02, p13));
        v128.store(b, f64x2.add(q02, q13));
        const m = f64x2.sub(p02, p13),
          n = f64x2.sub(q02, q13);
        v128.store(a + far, real(m, n, c2, s2));
        v128.store(b + far, imaginary(m, n, c2, s2));
        const u = real(d, e, c, s),
          v = imaginary(d, e, c, s),
          w = real(f, g, c, s),
          x = imaginary(f, g, c, s);
        v128.store(a + 2 * far, f64x2.add(u, w));
        v128.store(b + 2 * far, f64x2.add(v, x));
        const y = f64x2.sub(u, w),
          z = f64x2.sub(v, x);
        v128.store(a + 3 * far, real(y, z, c2, s2));
        v128.store(b + 3 * far, imaginary(y, z, c2, s2));
        a += VECTOR;
        b += VECTOR;
        turn += stride;
      }
    }
  }
  if (block == 2) {
    neighbours(re, size);
    neighbours(im, size);
  }
}

/** The same transform of vectors that lie in the order of reversed bits: the results are in order. */
// It walks as toFrequencies does, which is written out: AssemblyScript has no closures to pass a step to a common walk.
function fromReversed(re: usize, im: usize, size: i32, table: usize): void {
  const sines = table + ((<usize>size) << 2);
  let block = 4;
  if (ctz(size) & 1) {
    neighbours(re, size);
    neighbours(im, size);
    block = 8;
  }
  for (; block <= size; block <<= 2) {
    const quarter = block >> 2,
      far = (<usize>quarter) << 4,
      stride = (<usize>(size / block)) << 3;
    for (let start = 0; start < size; start += block) {
      let a = re + ((<usize>start) << 4),
        b = im + ((<usize>start) << 4),
        turn: usize = 0;
      for (let k = 0; k < quarter; k++) {
        const c = v128.load64_splat(table + turn),
          s = v128.load64_splat(sines + turn),
          c2 = v128.load64_splat(table + 2 * turn),
          s2 = v128.load64_splat(sines + 2 * turn);
        const p0 = v128.load(a),
          q0 = v128.load(b),
          p1 = real(v128.load(a + far), v128.load(b + far), c2, s2),
          q1 = imaginary(v128.load(a + far), v128.load(b + far), c2, s2),
          p2 = v128.load(a + 2 * far),
          q2 = v128.load(b + 2 * far),
          p3 = real(v128.load(a + 3 * far), v128.load(b + 3 * far), c2, s2),
          q3 = imaginary(v128.load(a + 3 * far), v128.load(b + 3 * far), c2, s2);
        const m = f64x2.add(p2, p3),
          n = f64x2.add(q2, q3),
          d = f64x2.sub(p2, p3),
          e = f64x2.sub(q2, q3);
        const u = real(m, n, c, s),
          v = imaginary(m, n, c, s),
          w = real(d, e, c, s),
          x = imaginary(d, e, c, s);
        const p01 = f64x2.add(p0, p1),
          q01 = f64x2.add(q0, q1),
          f = f64x2.sub(p0, p1),
          g = f64x2.sub(q0, q1);
        v128.store(a, f64x2.add(p01, u));
        v128.store(b, f64x2.add(q01, v));
        v128.store(a + 2 * far, f64x2.sub(p01, u));
        v128.store(b + 2 * far, f64x2.sub(q01, v));
        // A quarter more: times -i.
        v128.store(a + far, f64x2.add(f, x));
        v128.store(b + far, f64x2.sub(g, w));
        v128.store(a + 3 * far, f64x2.sub(f, x));
        v128.store(b + 3 * far, f64x2.add(g, w));
        a += VECTOR;
        b += VECTOR;
        turn += stride;
      }
    }
  }
}

/**
 * Transforms `count` lines of `length` samples in place: line i begins i * between bytes from `re` and `im`, and its
 * samples lie `step` bytes apart. The table holds the turns for `size`, a power of two of at least 2 * length - 1, then
 * cosines and sines of the chirp, then both parts of the transformed filter. The workspace has room for 2 * size
 * vectors.
 */
export function fourierLines(
  re: usize,
  im: usize,
  count: i32,
  length: i32,
  between: usize,
  step: usize,
  size: i32,
  table: usize,
  workspace: usize,
): void {
  const cosines = table + ((<usize>size) << 3),
    sines = cosines + ((<usize>length) << 3),
    filterRe = sines + ((<usize>length) << 3),
    filterIm = filterRe + ((<usize>size) << 3),
    p = workspace,
    q = workspace + ((<usize>size) << 4);
  for (let line = 0; line < count; line += 2) {
    const first = <usize>line * between,
      // The last of an odd number is computed twice.
      second = line + 1 < count ? first + between : first;
    let any = i64x2.splat(0);
    for (let k = 0, at: usize = 0; k < length; k++, at += step) {
      const a = f64x2(load<f64>(re + first + at), load<f64>(re + second + at)),
        b = f64x2(load<f64>(im + first + at), load<f64>(im + second + at)),
        c = v128.load64_splat(cosines + ((<usize>k) << 3)),
        s = v128.load64_splat(sines + ((<usize>k) << 3));
      any = v128.or(any, v128.or(a, b));
      v128.store(p + ((<usize>k) << 4), real(a, b, c, s));
      v128.store(q + ((<usize>k) << 4), imaginary(a, b, c, s));
    }
    // A filter for low frequencies leaves most lines empty.
    if (!v128.any_true(any)) continue;
    memory.fill(p + ((<usize>length) << 4), 0, (<usize>(size - length)) << 4);
    memory.fill(q + ((<usize>length) << 4), 0, (<usize>(size - length)) << 4);
    toFrequencies(p, q, size, table);
    for (let k = 0; k < size; k++) {
      const at = (<usize>k) << 4;
      const a = v128.load(p + at),
        b = v128.load(q + at),
        c = v128.load64_splat(filterRe + (at >> 1)),
        s = v128.load64_splat(filterIm + (at >> 1));
      v128.store(p + at, real(a, b, c, s));
      v128.store(q + at, imaginary(a, b, c, s));
    }
    // With the parts swapped this is the inverse transform.
    fromReversed(q, p, size, table);
    for (let k = 0, at: usize = 0; k < length; k++, at += step) {
      const a = v128.load(p + ((<usize>k) << 4)),
        b = v128.load(q + ((<usize>k) << 4)),
        c = v128.load64_splat(cosines + ((<usize>k) << 3)),
        s = v128.load64_splat(sines + ((<usize>k) << 3));
      const x = real(a, b, c, s),
        y = imaginary(a, b, c, s);
      store<f64>(re + first + at, f64x2.extract_lane(x, 0));
      store<f64>(re + second + at, f64x2.extract_lane(x, 1));
      store<f64>(im + first + at, f64x2.extract_lane(y, 0));
      store<f64>(im + second + at, f64x2.extract_lane(y, 1));
    }
  }
}
