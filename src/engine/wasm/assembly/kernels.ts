// Direct convolution on channel-first planes with zeros around them. All pointers are byte addresses, all strides bytes.
// Rows are computed in blocks of 8 pixels; what a block writes beyond `width` is set to zero again.

// @ts-ignore: decorator
@inline
function multiplyAdd(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(f32x4.mul(a, b), sum);
}

/** What happens to a sum before it is stored: nothing, ReLU, or zero where the value it replaces is not above zero. */
const LINEAR: i32 = 0;
const RELU: i32 = 1;
const MASK: i32 = 2;

// @ts-ignore: decorator
@inline
function finish(value: v128, address: usize, mode: i32): void {
  if (mode == RELU) value = f32x4.max(value, f32x4.splat(0));
  else if (mode == MASK) value = v128.and(value, f32x4.gt(v128.load(address), f32x4.splat(0)));
  v128.store(address, value);
}

// @ts-ignore: decorator
@inline
function clearTail(row: usize, width: i32): void {
  for (let x = width; x & 7; x++) f32.store(row + (<usize>x << 2), 0);
}

/**
 * output[f] = finish(bias[f] + sum of kernel * input), for blocks of 4 filters.
 * `input` points at the sample under the kernel's first tap for output (0, 0).
 * `kernels` is packed [filters / 4][inputs][row][column][4]; `bias` holds a multiple of 4 values.
 */
export function convolve(
  input: usize, inputs: i32, inputPlane: usize, inputRow: usize, kernels: usize, bias: usize, kernel: i32,
  output: usize, filters: i32, outputPlane: usize, outputRow: usize, width: i32, height: i32, mode: i32,
): void {
  const block = <usize>(inputs * kernel * kernel) << 4;
  for (let y = 0; y < height; y++) {
    const rowIn = input + <usize>y * inputRow;
    const rowOut = output + <usize>y * outputRow;
    for (let x = 0; x < width; x += 8) {
      for (let f = 0; f < filters; f += 4) {
        let tap = kernels + <usize>(f >> 2) * block;
        const b = bias + (<usize>f << 2);
        let s00 = v128.load32_splat(b), s01 = s00;
        let s10 = v128.load32_splat(b, 4), s11 = s10;
        let s20 = v128.load32_splat(b, 8), s21 = s20;
        let s30 = v128.load32_splat(b, 12), s31 = s30;
        let plane = rowIn + (<usize>x << 2);
        for (let i = 0; i < inputs; i++) {
          let row = plane;
          for (let r = 0; r < kernel; r++) {
            const end = row + (<usize>kernel << 2);
            for (let p = row; p < end; p += 4) {
              const a = v128.load(p), c = v128.load(p, 16);
              let w = v128.load32_splat(tap);
              s00 = multiplyAdd(a, w, s00); s01 = multiplyAdd(c, w, s01);
              w = v128.load32_splat(tap, 4);
              s10 = multiplyAdd(a, w, s10); s11 = multiplyAdd(c, w, s11);
              w = v128.load32_splat(tap, 8);
              s20 = multiplyAdd(a, w, s20); s21 = multiplyAdd(c, w, s21);
              w = v128.load32_splat(tap, 12);
              s30 = multiplyAdd(a, w, s30); s31 = multiplyAdd(c, w, s31);
              tap += 16;
            }
            row += inputRow;
          }
          plane += inputPlane;
        }
        let out = rowOut + <usize>f * outputPlane + (<usize>x << 2);
        finish(s00, out, mode); finish(s01, out + 16, mode);
        if (f + 1 < filters) { out += outputPlane; finish(s10, out, mode); finish(s11, out + 16, mode); }
        if (f + 2 < filters) { out += outputPlane; finish(s20, out, mode); finish(s21, out + 16, mode); }
        if (f + 3 < filters) { out += outputPlane; finish(s30, out, mode); finish(s31, out + 16, mode); }
      }
    }
    if (width & 7) for (let f = 0; f < filters; f++) clearTail(rowOut + <usize>f * outputPlane, width);
  }
}

/** The same for a layer of one filter, 32 pixels at a time; `kernels` is packed [inputs][row][column][4], the first of 4 used. */
export function convolveSingle(
  input: usize, inputs: i32, inputPlane: usize, inputRow: usize, kernels: usize, bias: usize, kernel: i32,
  output: usize, outputRow: usize, width: i32, height: i32, mode: i32,
): void {
  const whole = width & ~31;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < whole; x += 32) {
      let tap = kernels;
      let s0 = v128.load32_splat(bias), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
      let plane = input + <usize>y * inputRow + (<usize>x << 2);
      for (let i = 0; i < inputs; i++) {
        let row = plane;
        for (let r = 0; r < kernel; r++) {
          const end = row + (<usize>kernel << 2);
          for (let p = row; p < end; p += 4) {
            const w = v128.load32_splat(tap);
            s0 = multiplyAdd(v128.load(p), w, s0); s1 = multiplyAdd(v128.load(p, 16), w, s1);
            s2 = multiplyAdd(v128.load(p, 32), w, s2); s3 = multiplyAdd(v128.load(p, 48), w, s3);
            s4 = multiplyAdd(v128.load(p, 64), w, s4); s5 = multiplyAdd(v128.load(p, 80), w, s5);
            s6 = multiplyAdd(v128.load(p, 96), w, s6); s7 = multiplyAdd(v128.load(p, 112), w, s7);
            tap += 16;
          }
          row += inputRow;
        }
        plane += inputPlane;
      }
      const out = output + <usize>y * outputRow + (<usize>x << 2);
      finish(s0, out, mode); finish(s1, out + 16, mode); finish(s2, out + 32, mode); finish(s3, out + 48, mode);
      finish(s4, out + 64, mode); finish(s5, out + 80, mode); finish(s6, out + 96, mode); finish(s7, out + 112, mode);
    }
  }
  if (whole < width) {
    const skip = <usize>whole << 2;
    convolve(input + skip, inputs, inputPlane, inputRow, kernels, bias, kernel, output + skip, 1, 0, outputRow, width - whole, height, mode);
  }
}

// @ts-ignore: decorator
@inline
function sumLanes(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

// @ts-ignore: decorator
@inline
function accumulate(address: usize, v: v128): void {
  f32.store(address, f32.load(address) + sumLanes(v));
}

/**
 * 12 dot products over `height` rows of `width` samples (whole blocks of 4): 4 gradient planes `stepA` bytes apart
 * with 3 input planes `stepB` apart; sum (i, j) is added at `sums + i * stepSumA + j * stepSumB`, for i < countA and j < countB.
 */
// The innermost loop of training; what lies outside countA, countB is computed on a plane that is there and thrown away.
function dots(
  a: usize, stepA: usize, countA: i32, rowA: usize, b: usize, stepB: usize, countB: i32, rowB: usize,
  width: i32, height: i32, sums: usize, stepSumA: usize, stepSumB: usize,
): void {
  const a1 = countA > 1 ? stepA : 0, a2 = countA > 2 ? stepA + a1 : a1, a3 = countA > 3 ? stepA + a2 : a2;
  const b1 = countB > 1 ? stepB : 0, b2 = countB > 2 ? stepB + b1 : b1;
  let s00 = f32x4.splat(0), s01 = s00, s02 = s00, s10 = s00, s11 = s00, s12 = s00;
  let s20 = s00, s21 = s00, s22 = s00, s30 = s00, s31 = s00, s32 = s00;
  for (let y = 0; y < height; y++) {
    let q = b;
    const end = a + (<usize>width << 2);
    for (let p = a; p < end; p += 16) {
      const x0 = v128.load(q), x1 = v128.load(q + b1), x2 = v128.load(q + b2);
      let d = v128.load(p);
      s00 = multiplyAdd(d, x0, s00); s01 = multiplyAdd(d, x1, s01); s02 = multiplyAdd(d, x2, s02);
      d = v128.load(p + a1);
      s10 = multiplyAdd(d, x0, s10); s11 = multiplyAdd(d, x1, s11); s12 = multiplyAdd(d, x2, s12);
      d = v128.load(p + a2);
      s20 = multiplyAdd(d, x0, s20); s21 = multiplyAdd(d, x1, s21); s22 = multiplyAdd(d, x2, s22);
      d = v128.load(p + a3);
      s30 = multiplyAdd(d, x0, s30); s31 = multiplyAdd(d, x1, s31); s32 = multiplyAdd(d, x2, s32);
      q += 16;
    }
    a += rowA;
    b += rowB;
  }
  accumulate(sums, s00);
  if (countB > 1) accumulate(sums + stepSumB, s01);
  if (countB > 2) accumulate(sums + 2 * stepSumB, s02);
  if (countA < 2) return;
  sums += stepSumA; accumulate(sums, s10);
  if (countB > 1) accumulate(sums + stepSumB, s11);
  if (countB > 2) accumulate(sums + 2 * stepSumB, s12);
  if (countA < 3) return;
  sums += stepSumA; accumulate(sums, s20);
  if (countB > 1) accumulate(sums + stepSumB, s21);
  if (countB > 2) accumulate(sums + 2 * stepSumB, s22);
  if (countA < 4) return;
  sums += stepSumA; accumulate(sums, s30);
  if (countB > 1) accumulate(sums + stepSumB, s31);
  if (countB > 2) accumulate(sums + 2 * stepSumB, s32);
}

/**
 * Adds the gradient of a layer's kernels to `gradient` ([filter][input][row][column]) and of its biases to `biasGradient`.
 * `delta` points at output (0, 0) of the gradient planes, `input` at the sample under the first tap for it.
 * With `margin`, at least 3 rows of zeros lie above and below each gradient plane: a single filter then takes 4 kernel rows at a time.
 */
export function kernelGradient(
  delta: usize, filters: i32, deltaPlane: usize, deltaRow: usize, input: usize, inputs: i32, inputPlane: usize, inputRow: usize,
  kernel: i32, width: i32, height: i32, gradient: usize, biasGradient: usize, margin: bool,
): void {
  const area = <usize>(kernel * kernel) << 2;
  const stepFilter = <usize>inputs * area;
  for (let f = 0; f < filters; f++) sumPlane(delta + <usize>f * deltaPlane, deltaRow, width, height, biasGradient + (<usize>f << 2));
  if (kernel == 1) {
    for (let f = 0; f < filters; f += 4) for (let i = 0; i < inputs; i += 3) {
      dots(delta + <usize>f * deltaPlane, deltaPlane, filters - f, deltaRow, input + <usize>i * inputPlane, inputPlane, inputs - i, inputRow,
        width, height, gradient + <usize>f * stepFilter + (<usize>i << 2), stepFilter, 4);
    }
    return;
  }
  const sized = <usize>kernel << 2;
  for (let f = 0; f < filters; f += 4) for (let i = 0; i < inputs; i++) {
    const sums = gradient + <usize>f * stepFilter + <usize>i * area;
    const plane = input + <usize>i * inputPlane;
    if (filters - f == 1 && margin) {
      for (let r = 0; r < kernel; r += 4) for (let c = 0; c < kernel; c += 3) {
        dots(delta + <usize>f * deltaPlane, 0 - deltaRow, kernel - r, deltaRow, plane + <usize>r * inputRow + (<usize>c << 2), 4, kernel - c, inputRow,
          width, height + 3, sums + <usize>r * sized + (<usize>c << 2), sized, 4);
      }
    } else {
      for (let r = 0; r < kernel; r++) for (let c = 0; c < kernel; c += 3) {
        dots(delta + <usize>f * deltaPlane, deltaPlane, filters - f, deltaRow, plane + <usize>r * inputRow + (<usize>c << 2), 4, kernel - c, inputRow,
          width, height, sums + <usize>r * sized + (<usize>c << 2), stepFilter, 4);
      }
    }
  }
}

function sumPlane(plane: usize, row: usize, width: i32, height: i32, sum: usize): void {
  let s = f32x4.splat(0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 4) s = f32x4.add(s, v128.load(plane + <usize>y * row + (<usize>x << 2)));
  }
  accumulate(sum, s);
}

/** Replaces an output plane by factor * (output - target) inside `border` and by zero outside; returns the sum of squares inside. */
export function squaredError(output: usize, row: usize, target: usize, width: i32, height: i32, border: i32, factor: f32): f64 {
  let sum: f64 = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const address = output + <usize>y * row + (<usize>x << 2);
      const inside = y >= border && y < height - border && x >= border && x < width - border;
      const difference: f32 = inside ? f32.load(address) - f32.load(target + (<usize>(y * width + x) << 2)) : 0;
      sum += <f64>difference * <f64>difference;
      f32.store(address, factor * difference);
    }
  }
  return sum;
}
