// Rows of planes moved and cleared: from a picture into a band, on to the next band, and out again.
import { countOf, dataOf, planeOf, rowOf } from './views';

/** Copies `height` rows of `bytes` from each plane to the one at its place, from top to bottom. They may overlap. */
export function copyRows(from: usize, to: usize, bytes: usize, height: i32): void {
  for (let c = 0; c < countOf(from); c++) {
    let source = dataOf(from) + <usize>c * planeOf(from),
      target = dataOf(to) + <usize>c * planeOf(to);
    for (let y = 0; y < height; y++) {
      memory.copy(target, source, bytes);
      source += rowOf(from);
      target += rowOf(to);
    }
  }
}

/** Zeroes the samples of width x height outside the columns `left` to `right` and the rows `top` to `bottom`. */
export function clearOutside(
  planes: usize,
  width: i32,
  height: i32,
  left: i32,
  right: i32,
  top: i32,
  bottom: i32,
): void {
  for (let c = 0; c < countOf(planes); c++) {
    let row = dataOf(planes) + <usize>c * planeOf(planes);
    for (let y = 0; y < height; y++) {
      if (y < top || y >= bottom) memory.fill(row, 0, (<usize>width) << 2);
      else {
        // A call of fill takes longer than these few samples.
        for (let x = 0; x < left; x++) f32.store(row + ((<usize>x) << 2), 0);
        for (let x = right; x < width; x++) f32.store(row + ((<usize>x) << 2), 0);
      }
      row += rowOf(planes);
    }
  }
}
