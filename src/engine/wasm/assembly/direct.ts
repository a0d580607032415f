// Direct convolution on channel-first planes with zeros around them. Pointers are byte addresses, strides are bytes.
// Rows are computed in blocks; what a block writes beyond `width` is set to zero again.

import { multiplyAdd } from '../../../arithmetic/assembly/multiplyAdd';
import { BLOCK, sumBlock } from './block';
import { sumPairedRows } from './paired';
import { clearTail, dots, finish, sumPlanes, within } from './sums';
import { countOf, dataOf, planeOf, rowOf } from './views';

/**
 * output[f] = finish(bias[f] + sum of kernel * input), for blocks of 4 filters.
 * `from` begins at the sample under the kernel's first tap for output (0, 0).
 * `kernels` is packed [filters / 4][inputs][row][column][4]; `bias` holds a multiple of 4 values.
 */
export function convolve(
  from: usize,
  kernels: usize,
  bias: usize,
  kernel: i32,
  to: usize,
  width: i32,
  height: i32,
  mode: i32,
): void {
  const input = dataOf(from),
    inputPlane = planeOf(from),
    inputRow = rowOf(from),
    inputs = countOf(from);
  const output = dataOf(to),
    outputPlane = planeOf(to),
    outputRow = rowOf(to),
    filters = countOf(to);
  const block = (<usize>(inputs * kernel * kernel)) << 4;
  // A kernel of 1 x 1 walks over the planes as others do along a row, in one plain loop.
  const flat = kernel == 1;
  const planes = flat ? 1 : inputs,
    rows = flat ? 1 : kernel,
    taps = flat ? inputs : kernel;
  const step: usize = flat ? inputPlane : 4;
  for (let y = 0; y < height; y++) {
    const rowIn = input + <usize>y * inputRow;
    const rowOut = output + <usize>y * outputRow;
    for (let x = 0; x < width; x += BLOCK) {
      for (let f = 0; f < filters; f += 4) {
        sumBlock(
          rowIn + ((<usize>x) << 2),
          planes,
          inputPlane,
          rows,
          inputRow,
          taps,
          step,
          kernels + <usize>(f >> 2) * block,
          bias + ((<usize>f) << 2),
          rowOut + <usize>f * outputPlane + ((<usize>x) << 2),
          outputPlane,
          filters - f,
          mode,
        );
      }
    }
    if (width & (BLOCK - 1)) for (let f = 0; f < filters; f++) clearTail(rowOut + <usize>f * outputPlane, width, BLOCK);
  }
}

/**
 * The same for a layer of one filter, two rows of 16 pixels at a time. `kernels` is packed [inputs][row, one more than
 * the
 * kernel has][column][2]: the taps of an input row for the upper output row, and for the lower.
 */
export function convolveSingle(
  from: usize,
  kernels: usize,
  bias: usize,
  kernel: i32,
  to: usize,
  width: i32,
  height: i32,
  mode: i32,
): void {
  const input = dataOf(from),
    inputPlane = planeOf(from),
    inputRow = rowOf(from),
    inputs = countOf(from);
  const output = dataOf(to),
    outputRow = rowOf(to);
  for (let y = 0; y < height; y += 2) {
    const rowOut = output + <usize>y * outputRow;
    let x = 0;
    if (isDefined(PAIRED))
      for (; x + 16 < width; x += 32) {
        const first = input + <usize>y * inputRow + ((<usize>x) << 2),
          to = rowOut + ((<usize>x) << 2);
        const lower = y + 1 < height;
        sumPairedRows(first, inputPlane, inputRow, inputs, kernels, bias, kernel, to, outputRow, lower, mode);
      }
    for (; x < width; x += 16) {
      let tap = kernels;
      let s00 = v128.load32_splat(bias),
        s01 = s00,
        s02 = s00,
        s03 = s00,
        s10 = s00,
        s11 = s00,
        s12 = s00,
        s13 = s00;
      let plane = input + <usize>y * inputRow + ((<usize>x) << 2);
      for (let i = 0; i < inputs; i++) {
        let row = plane;
        for (let r = 0; r <= kernel; r++) {
          const end = row + ((<usize>kernel) << 2);
          for (let p = row; p < end; p += 4) {
            const a = v128.load(p),
              b = v128.load(p, 16),
              c = v128.load(p, 32),
              d = v128.load(p, 48);
            let w = v128.load32_splat(tap);
            s00 = multiplyAdd(a, w, s00);
            s01 = multiplyAdd(b, w, s01);
            s02 = multiplyAdd(c, w, s02);
            s03 = multiplyAdd(d, w, s03);
            w = v128.load32_splat(tap, 4);
            s10 = multiplyAdd(a, w, s10);
            s11 = multiplyAdd(b, w, s11);
            s12 = multiplyAdd(c, w, s12);
            s13 = multiplyAdd(d, w, s13);
            tap += 8;
          }
          row += inputRow;
        }
        plane += inputPlane;
      }
      let out = rowOut + ((<usize>x) << 2);
      finish(s00, out, mode);
      finish(s01, out + 16, mode);
      finish(s02, out + 32, mode);
      finish(s03, out + 48, mode);
      if (y + 1 < height) {
        out += outputRow;
        finish(s10, out, mode);
        finish(s11, out + 16, mode);
        finish(s12, out + 32, mode);
        finish(s13, out + 48, mode);
      }
    }
    clearTail(rowOut, width, 16);
    if (y + 1 < height) clearTail(rowOut + outputRow, width, 16);
  }
}

/**
 * Adds the gradient of a layer's kernels to `gradient` ([filter][input][row][column]) and of its biases to
 * `biasGradient`.
 * `deltas` begins at output (0, 0) of the gradient planes, `from` at the sample under the first tap for it. `margin`
 * rows of zeros lie above and below each gradient plane: with one or more, a single filter takes 2 kernel rows at
 * once.
 */
export function kernelGradient(
  deltas: usize,
  from: usize,
  kernel: i32,
  width: i32,
  height: i32,
  gradient: usize,
  biasGradient: usize,
  margin: i32,
): void {
  const delta = dataOf(deltas),
    deltaPlane = planeOf(deltas),
    deltaRow = rowOf(deltas),
    filters = countOf(deltas);
  const input = dataOf(from),
    inputPlane = planeOf(from),
    inputRow = rowOf(from),
    inputs = countOf(from);
  const area = (<usize>(kernel * kernel)) << 2;
  sumPlanes(deltas, width, height, biasGradient);
  if (filters == 1 && margin > 0) {
    for (let i = 0; i < inputs; i += 4) {
      const left = inputs - i;
      const a1 = within(inputPlane, 1, left),
        a2 = within(inputPlane, 2, left),
        a3 = within(inputPlane, 3, left);
      for (let r = 0; r < kernel; r += 2)
        for (let c = 0; c < kernel; c++) {
          // Input row y + r + 1 meets gradient row y + 1 under the tap of row r, and gradient row y under that of row
          // r + 1.
          dots(
            input + <usize>i * inputPlane + <usize>r * inputRow + ((<usize>c) << 2),
            a1,
            a2,
            a3,
            left,
            inputRow,
            delta,
            0 - deltaRow,
            kernel - r,
            deltaRow,
            width,
            height + 1,
            gradient + <usize>i * area + ((<usize>(r * kernel + c)) << 2),
            area,
            (<usize>kernel) << 2,
          );
        }
    }
    return;
  }
  const taps = kernel * kernel * inputs;
  const stepFilter = (<usize>taps) << 2;
  for (let f = 0; f < filters; f += 4) {
    const left = filters - f;
    const a1 = within(deltaPlane, 1, left),
      a2 = within(deltaPlane, 2, left),
      a3 = within(deltaPlane, 3, left);
    for (let t = 0; t < taps; t += 2) {
      const b = offset(t, kernel, inputPlane, inputRow);
      const b1 = offset(min(t + 1, taps - 1), kernel, inputPlane, inputRow) - b;
      dots(
        delta + <usize>f * deltaPlane,
        a1,
        a2,
        a3,
        left,
        deltaRow,
        input + b,
        b1,
        taps - t,
        inputRow,
        width,
        height,
        gradient + <usize>f * stepFilter + ((<usize>t) << 2),
        stepFilter,
        4,
      );
    }
  }
}

/** From the sample under a kernel's first tap to the one under tap `t` of [input][row][column]. */
function offset(t: i32, kernel: i32, inputPlane: usize, inputRow: usize): usize {
  const area = kernel * kernel,
    tap = t % area;
  return <usize>(t / area) * inputPlane + <usize>(tap / kernel) * inputRow + ((<usize>(tap % kernel)) << 2);
}
