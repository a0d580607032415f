import { multiplyAdd } from '../../../arithmetic/assembly/multiplyAdd';

/**
 * Minimal filtering's products m_j of 4 filters for one j, summed over groups of taps or over planes: `count` tiles of
 * lines
 * `targetPlane` apart, in blocks of 8. `kernels` is packed [group][row][4].
 */
export function sumTiles(
  source: usize,
  plane: usize,
  groups: i32,
  kernel: i32,
  row: usize,
  kernels: usize,
  target: usize,
  targetPlane: usize,
  count: i32,
): void {
  for (let i = 0; i < count; i += 8) {
    const at = (<usize>i) << 2;
    let tap = kernels,
      line = source + at;
    let s00 = f32x4.splat(0),
      s01 = s00,
      s10 = s00,
      s11 = s00,
      s20 = s00,
      s21 = s00,
      s30 = s00,
      s31 = s00;
    for (let g = 0; g < groups; g++) {
      let p = line;
      for (let r = 0; r < kernel; r++) {
        const a = v128.load(p),
          b = v128.load(p, 16);
        let w = v128.load32_splat(tap);
        s00 = multiplyAdd(a, w, s00);
        s01 = multiplyAdd(b, w, s01);
        w = v128.load32_splat(tap, 4);
        s10 = multiplyAdd(a, w, s10);
        s11 = multiplyAdd(b, w, s11);
        w = v128.load32_splat(tap, 8);
        s20 = multiplyAdd(a, w, s20);
        s21 = multiplyAdd(b, w, s21);
        w = v128.load32_splat(tap, 12);
        s30 = multiplyAdd(a, w, s30);
        s31 = multiplyAdd(b, w, s31);
        tap += 16;
        p += row;
      }
      line += plane;
    }
    let to = target + at;
    v128.store(to, s00);
    v128.store(to, s01, 16);
    to += targetPlane;
    v128.store(to, s10);
    v128.store(to, s11, 16);
    to += targetPlane;
    v128.store(to, s20);
    v128.store(to, s21, 16);
    to += targetPlane;
    v128.store(to, s30);
    v128.store(to, s31, 16);
  }
}
