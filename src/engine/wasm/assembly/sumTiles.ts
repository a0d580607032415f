import { BLOCK, sumBlock } from './block';
import { LINEAR } from './sums';

/** The products begin at nothing. */
const NOTHING: usize = memory.data(16);

/**
 * Minimal filtering's products m_j of 4 filters for one j, summed over groups of taps or over planes: `count` tiles of
 * lines `targetPlane` apart, in whole blocks. `kernels` is packed [group][row][4].
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
  for (let i = 0; i < count; i += BLOCK) {
    const at = (<usize>i) << 2;
    sumBlock(source + at, 1, 0, groups, plane, kernel, row, kernels, NOTHING, target + at, targetPlane, 4, LINEAR);
  }
}
