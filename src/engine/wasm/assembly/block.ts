// The innermost loop of all convolutions between several planes: 4 filters' sums for a block of samples in a row. It
// keeps 8 sums in registers, enough to hide a multiply-add's latency; with more, or unrolled by hand, the compiler of
// Node 20 runs out of registers and takes twice as long. The build for V8's revectorizer takes twice the block.
// Loops like this one are written out here, in paired.ts, pairedDots.ts, sums.ts, direct.ts and the
// transforms: only local variables become registers, and a function of AssemblyScript, inlined or not, gives back one
// value and cannot change those of its caller.

import { multiplyAdd } from '../../../arithmetic/assembly/multiplyAdd';
import { sumPairedBlock } from './paired';
import { finish } from './sums';

/** Samples of a block. */
export const BLOCK: i32 = isDefined(PAIRED) ? 16 : 8;

/**
 * to[f] = finish(bias[f] + sum of kernels * samples) for `filters` of 4, in planes `next` bytes apart. The samples of
 * the taps lie `step` bytes apart, those of rows of taps `row`, those of planes of rows `plane`; `kernels` is packed
 * [plane][row][tap][4].
 */
// @ts-ignore: decorator
@inline
export function sumBlock(
  from: usize,
  planes: i32,
  plane: usize,
  rows: i32,
  row: usize,
  taps: i32,
  step: usize,
  kernels: usize,
  bias: usize,
  to: usize,
  next: usize,
  filters: i32,
  mode: i32,
): void {
  if (isDefined(PAIRED)) {
    sumPairedBlock(from, planes, plane, rows, row, taps, step, kernels, bias, to, next, filters, mode);
    return;
  }
  let s00 = v128.load32_splat(bias),
    s01 = s00;
  let s10 = v128.load32_splat(bias, 4),
    s11 = s10;
  let s20 = v128.load32_splat(bias, 8),
    s21 = s20;
  let s30 = v128.load32_splat(bias, 12),
    s31 = s30;
  for (let i = 0; i < planes; i++) {
    let line = from;
    for (let r = 0; r < rows; r++) {
      let p = line;
      for (let t = 0; t < taps; t++) {
        const a = v128.load(p),
          b = v128.load(p, 16);
        let w = v128.load32_splat(kernels);
        s00 = multiplyAdd(a, w, s00);
        s01 = multiplyAdd(b, w, s01);
        w = v128.load32_splat(kernels, 4);
        s10 = multiplyAdd(a, w, s10);
        s11 = multiplyAdd(b, w, s11);
        w = v128.load32_splat(kernels, 8);
        s20 = multiplyAdd(a, w, s20);
        s21 = multiplyAdd(b, w, s21);
        w = v128.load32_splat(kernels, 12);
        s30 = multiplyAdd(a, w, s30);
        s31 = multiplyAdd(b, w, s31);
        kernels += 16;
        p += step;
      }
      line += row;
    }
    from += plane;
  }
  finish(s00, to, mode);
  finish(s01, to + 16, mode);
  if (filters > 1) {
    to += next;
    finish(s10, to, mode);
    finish(s11, to + 16, mode);
  }
  if (filters > 2) {
    to += next;
    finish(s20, to, mode);
    finish(s21, to + 16, mode);
  }
  if (filters > 3) {
    to += next;
    finish(s30, to, mode);
    finish(s31, to + 16, mode);
  }
}
