// Direct convolution on channel-first planes with zeros around them. All pointers are byte addresses, all strides bytes.
// Rows are computed in blocks of 8 or 16 pixels; what a block writes beyond `width` is set to zero again.
// Every inner loop keeps 8 sums in registers, 2 x 4 or 4 x 2: enough to hide a multiply-add's latency; with more, or unrolled
// by hand, the compiler of Node 20 runs out of registers and takes twice as long.

export { gatherFour, narrow, roundToByte, sumAcross, sumLines, sumPairs, widen, widenFour } from './lines';

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
  // pmax is one instruction where max, which cares for NaN, takes eight.
  if (mode == RELU) value = f32x4.pmax(f32x4.splat(0), value);
  else if (mode == MASK) value = v128.and(value, f32x4.gt(v128.load(address), f32x4.splat(0)));
  v128.store(address, value);
}

// @ts-ignore: decorator
@inline
function clearTail(row: usize, width: i32, block: i32): void {
  for (let x = width; x & (block - 1); x++) f32.store(row + (<usize>x << 2), 0);
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
  // A kernel of 1 x 1 walks over the planes as others do along a row, in one plain loop.
  const flat = kernel == 1;
  const planes = flat ? 1 : inputs, rows = flat ? 1 : kernel, taps = flat ? inputs : kernel;
  const step: usize = flat ? inputPlane : 4;
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
        for (let i = 0; i < planes; i++) {
          let row = plane;
          for (let r = 0; r < rows; r++) {
            let p = row;
            for (let t = 0; t < taps; t++) {
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
              p += step;
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
    if (width & 7) for (let f = 0; f < filters; f++) clearTail(rowOut + <usize>f * outputPlane, width, 8);
  }
}

/**
 * The same for a layer of one filter, two rows of 16 pixels at a time. `kernels` is packed [inputs][row, one more than the kernel has][column][2]:
 * what an input row means to the upper output row, and to the lower.
 */
export function convolveSingle(
  input: usize, inputs: i32, inputPlane: usize, inputRow: usize, kernels: usize, bias: usize, kernel: i32,
  output: usize, outputRow: usize, width: i32, height: i32, mode: i32,
): void {
  for (let y = 0; y < height; y += 2) {
    const rowOut = output + <usize>y * outputRow;
    for (let x = 0; x < width; x += 16) {
      let tap = kernels;
      let s00 = v128.load32_splat(bias), s01 = s00, s02 = s00, s03 = s00, s10 = s00, s11 = s00, s12 = s00, s13 = s00;
      let plane = input + <usize>y * inputRow + (<usize>x << 2);
      for (let i = 0; i < inputs; i++) {
        let row = plane;
        for (let r = 0; r <= kernel; r++) {
          const end = row + (<usize>kernel << 2);
          for (let p = row; p < end; p += 4) {
            const a = v128.load(p), b = v128.load(p, 16), c = v128.load(p, 32), d = v128.load(p, 48);
            let w = v128.load32_splat(tap);
            s00 = multiplyAdd(a, w, s00); s01 = multiplyAdd(b, w, s01); s02 = multiplyAdd(c, w, s02); s03 = multiplyAdd(d, w, s03);
            w = v128.load32_splat(tap, 4);
            s10 = multiplyAdd(a, w, s10); s11 = multiplyAdd(b, w, s11); s12 = multiplyAdd(c, w, s12); s13 = multiplyAdd(d, w, s13);
            tap += 8;
          }
          row += inputRow;
        }
        plane += inputPlane;
      }
      let out = rowOut + (<usize>x << 2);
      finish(s00, out, mode); finish(s01, out + 16, mode); finish(s02, out + 32, mode); finish(s03, out + 48, mode);
      if (y + 1 < height) {
        out += outputRow;
        finish(s10, out, mode); finish(s11, out + 16, mode); finish(s12, out + 32, mode); finish(s13, out + 48, mode);
      }
    }
    clearTail(rowOut, width, 16);
    if (y + 1 < height) clearTail(rowOut + outputRow, width, 16);
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
 * 8 dot products over `height` rows of `width` samples (whole blocks of 4): of the planes a, a + a1, a + a2, a + a3 with the planes b, b + b1;
 * sum (i, j) is added at `sums + i * stepA + j * stepB`, for i < countA and j < countB.
 */
// The innermost loop of training; planes outside the counts are given as ones that are there, and their sums thrown away.
function dots(
  a: usize, a1: usize, a2: usize, a3: usize, countA: i32, rowA: usize, b: usize, b1: usize, countB: i32, rowB: usize,
  width: i32, height: i32, sums: usize, stepA: usize, stepB: usize,
): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  for (let y = 0; y < height; y++) {
    let q = b;
    const end = a + (<usize>width << 2);
    for (let p = a; p < end; p += 16) {
      const x0 = v128.load(q), x1 = v128.load(q + b1);
      let d = v128.load(p);
      s00 = multiplyAdd(d, x0, s00); s01 = multiplyAdd(d, x1, s01);
      d = v128.load(p + a1);
      s10 = multiplyAdd(d, x0, s10); s11 = multiplyAdd(d, x1, s11);
      d = v128.load(p + a2);
      s20 = multiplyAdd(d, x0, s20); s21 = multiplyAdd(d, x1, s21);
      d = v128.load(p + a3);
      s30 = multiplyAdd(d, x0, s30); s31 = multiplyAdd(d, x1, s31);
      q += 16;
    }
    a += rowA;
    b += rowB;
  }
  accumulate(sums, s00);
  if (countB > 1) accumulate(sums + stepB, s01);
  if (countA < 2) return;
  sums += stepA; accumulate(sums, s10);
  if (countB > 1) accumulate(sums + stepB, s11);
  if (countA < 3) return;
  sums += stepA; accumulate(sums, s20);
  if (countB > 1) accumulate(sums + stepB, s21);
  if (countA < 4) return;
  sums += stepA; accumulate(sums, s30);
  if (countB > 1) accumulate(sums + stepB, s31);
}

// @ts-ignore: decorator
@inline
function within(step: usize, times: i32, count: i32): usize {
  return <usize>min(times, count - 1) * step;
}

/**
 * Adds the gradient of a layer's kernels to `gradient` ([filter][input][row][column]) and of its biases to `biasGradient`.
 * `delta` points at output (0, 0) of the gradient planes, `input` at the sample under the first tap for it.
 * With `margin`, at least one row of zeros lies above and below each gradient plane: a single filter then takes 2 kernel rows at a time.
 */
export function kernelGradient(
  delta: usize, filters: i32, deltaPlane: usize, deltaRow: usize, input: usize, inputs: i32, inputPlane: usize, inputRow: usize,
  kernel: i32, width: i32, height: i32, gradient: usize, biasGradient: usize, margin: bool,
): void {
  const area = <usize>(kernel * kernel) << 2;
  for (let f = 0; f < filters; f++) sumPlane(delta + <usize>f * deltaPlane, deltaRow, width, height, biasGradient + (<usize>f << 2));
  if (filters == 1 && margin) {
    for (let i = 0; i < inputs; i += 4) {
      const left = inputs - i;
      const a1 = within(inputPlane, 1, left), a2 = within(inputPlane, 2, left), a3 = within(inputPlane, 3, left);
      for (let r = 0; r < kernel; r += 2) for (let c = 0; c < kernel; c++) {
        // Input row y + r + 1 meets gradient row y + 1 under the tap of row r, and gradient row y under that of row r + 1.
        dots(input + <usize>i * inputPlane + <usize>r * inputRow + (<usize>c << 2), a1, a2, a3, left, inputRow, delta, 0 - deltaRow, kernel - r, deltaRow,
          width, height + 1, gradient + <usize>i * area + (<usize>(r * kernel + c) << 2), area, <usize>kernel << 2);
      }
    }
    return;
  }
  const taps = kernel * kernel * inputs;
  const stepFilter = <usize>taps << 2;
  for (let f = 0; f < filters; f += 4) {
    const left = filters - f;
    const a1 = within(deltaPlane, 1, left), a2 = within(deltaPlane, 2, left), a3 = within(deltaPlane, 3, left);
    for (let t = 0; t < taps; t += 2) {
      const b = offset(t, kernel, inputPlane, inputRow);
      const b1 = offset(min(t + 1, taps - 1), kernel, inputPlane, inputRow) - b;
      dots(delta + <usize>f * deltaPlane, a1, a2, a3, left, deltaRow, input + b, b1, taps - t, inputRow,
        width, height, gradient + <usize>f * stepFilter + (<usize>t << 2), stepFilter, 4);
    }
  }
}

/** From the sample under a kernel's first tap to the one under tap `t` of [input][row][column]. */
function offset(t: i32, kernel: i32, inputPlane: usize, inputRow: usize): usize {
  const area = kernel * kernel, tap = t % area;
  return <usize>(t / area) * inputPlane + <usize>(tap / kernel) * inputRow + (<usize>(tap % kernel) << 2);
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
