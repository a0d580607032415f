// Layers by minimal filtering along the rows, F(2,3) and F(4,5): what is the same for both. Between transformed samples
// and kernels stand the products at each point, points.ts; winograd3.ts and winograd5.ts have the transforms. Strides
// are bytes.

import { dotPoints, sumPoints } from './points';
import { sumPlanes } from './sums';
import { countOf, dataOf, lineOf, linesOf, planeOf, rowOf, sumsOf, tilesOf } from './views';
import { addTaps3, formOutputs3, POINTS3, transformDelta3 } from './winograd3';
import { formOutputs5, POINTS5, TAPS } from './winograd5';
import { addTaps5, transformDelta5 } from './winograd5Gradient';

/**
 * What `convolve` computes, from transformed samples. `kernels` is packed [filters / 4][j][group][row][4], where a
 * group of F(4,5) is a channel; the workspace has 4 lines for each j, of as many tiles as there are, and 8 more.
 */
// @ts-ignore: decorator
@inline
function convolveRows(
  points: i32,
  rows: i32,
  workspace: usize,
  kernels: usize,
  bias: usize,
  to: usize,
  width: i32,
  height: i32,
  mode: i32,
): void {
  const transformed = dataOf(workspace),
    plane = planeOf(workspace),
    groups = countOf(workspace),
    tiles = tilesOf(workspace),
    lines = linesOf(workspace),
    line = lineOf(workspace),
    next = line << 2;
  const point = <usize>groups * plane,
    row = (<usize>tiles) << 2,
    taps = (<usize>(groups * rows)) << 4;
  const filters = countOf(to);
  for (let f = 0; f < filters; f += 4) {
    sumPoints(points, transformed, point, groups, plane, rows, row, kernels, lines, line, tiles * height);
    kernels += <usize>points * taps;
    for (let i = 0; i < min(4, filters - f); i++) {
      const products = lines + <usize>i * line,
        first = f32.load(bias + ((<usize>(f + i)) << 2)),
        output = dataOf(to) + <usize>(f + i) * planeOf(to);
      if (points == POINTS3) formOutputs3(products, next, tiles, first, output, rowOf(to), width, height, mode);
      else formOutputs5(products, next, tiles, first, output, rowOf(to), width, height, mode);
    }
  }
}

/**
 * What `kernelGradient` computes, from transformed samples. The sums have room for 4 values for each j, group and row.
 * A filter's gradient has `length` bytes.
 */
// @ts-ignore: decorator
@inline
function gradientOfRows(
  points: i32,
  rows: i32,
  length: usize,
  deltas: usize,
  workspace: usize,
  width: i32,
  height: i32,
  gradient: usize,
  biasGradient: usize,
): void {
  const transformed = dataOf(workspace),
    plane = planeOf(workspace),
    groups = countOf(workspace),
    tiles = tilesOf(workspace),
    lines = linesOf(workspace),
    line = lineOf(workspace),
    next = line << 2,
    sums = sumsOf(workspace);
  const point = <usize>groups * plane,
    row = (<usize>tiles) << 2,
    taps = (<usize>(groups * rows)) << 2,
    count = (tiles * height + 3) & ~3;
  const filters = countOf(deltas);
  sumPlanes(deltas, width, height, biasGradient);
  for (let f = 0; f < filters; f += 4) {
    const left = filters - f;
    for (let i = 0; i < min(4, left); i++) {
      const delta = dataOf(deltas) + <usize>(f + i) * planeOf(deltas),
        target = lines + <usize>i * line;
      if (points == POINTS3) transformDelta3(delta, rowOf(deltas), tiles, height, target, next);
      else transformDelta5(delta, rowOf(deltas), tiles, height, target, next);
    }
    dotPoints(points, lines, line, left, transformed, point, groups, plane, rows, row, count, sums, taps);
    for (let i = 0; i < min(4, left); i++) {
      const from = sums + <usize>i * taps,
        to = gradient + <usize>(f + i) * length;
      if (points == POINTS3) addTaps3(from, 4 * taps, groups, rows, to);
      else addTaps5(from, 4 * taps, groups * rows, to);
    }
  }
}

/** A layer with one input plane, whose kernel's rows are groups of 3 taps. */
export function convolveWinograd3(
  workspace: usize,
  kernels: usize,
  bias: usize,
  kernel: i32,
  to: usize,
  width: i32,
  height: i32,
  mode: i32,
): void {
  convolveRows(POINTS3, kernel, workspace, kernels, bias, to, width, height, mode);
}

export function kernelGradientWinograd3(
  deltas: usize,
  workspace: usize,
  kernel: i32,
  width: i32,
  height: i32,
  gradient: usize,
  biasGradient: usize,
): void {
  const length = (<usize>(kernel * kernel)) << 2;
  gradientOfRows(POINTS3, kernel, length, deltas, workspace, width, height, gradient, biasGradient);
}

/** A layer of 5 x 5 kernels between many planes. */
export function convolveWinograd5(
  workspace: usize,
  kernels: usize,
  bias: usize,
  to: usize,
  width: i32,
  height: i32,
  mode: i32,
): void {
  convolveRows(POINTS5, TAPS, workspace, kernels, bias, to, width, height, mode);
}

export function kernelGradientWinograd5(
  deltas: usize,
  workspace: usize,
  width: i32,
  height: i32,
  gradient: usize,
  biasGradient: usize,
): void {
  const length = (<usize>(countOf(workspace) * TAPS * TAPS)) << 2;
  gradientOfRows(POINTS5, TAPS, length, deltas, workspace, width, height, gradient, biasGradient);
}
