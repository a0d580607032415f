import { frequenciesOf } from '../engine/losses/dct';
import type { Plane } from '../image/image';
import { protocolOf } from '../protocols/protocols';
import type { Pair } from './pair';
import type { PatchSet } from './patches';

/** More pictures change nothing in the third digit. */
const MOST_PICTURES = 32;

/** Below any frequency of a block of whole numbers that is not zero: two zeros are no change. */
const TINY = 1e-6;

/**
 * How much the degradation of training pictures changes each frequency of their 8x8 blocks of luminance, [vertical]
 * [horizontal], from 0 to 2: the mean of |b - a| / ((|a| + |b|) / 2) for frequencies a of the picture and b of the
 * degraded one (Sims 2020, arXiv 2007.12296). Of many pictures, 32 are taken at even distances.
 */
export function frequencyChange(patches: PatchSet): Float64Array {
  const { pictures } = patches;
  const taken = Math.min(MOST_PICTURES, pictures.length);
  const sums = new Float64Array(64);
  let blocks = 0;
  for (let i = 0; i < taken; i++) {
    const pair = pictures[Math.floor((i * pictures.length) / taken)];
    const degraded = degradedOf(pair, patches);
    for (let top = 0; top + 8 <= pair.height; top += 8)
      for (let left = 0; left + 8 <= pair.width; left += 8, blocks++) {
        const before = frequenciesOf(blockAt(pair.target, pair.width, left, top));
        const after = frequenciesOf(blockAt(degraded, pair.width, left, top));
        for (let k = 0; k < 64; k++)
          sums[k] += Math.abs(after[k] - before[k]) / ((Math.abs(before[k]) + Math.abs(after[k])) / 2 + TINY);
      }
  }
  return sums.map((sum) => sum / blocks);
}

function degradedOf({ input, target, width, height }: Pair, { reads, protocol, scale, sigma }: PatchSet) {
  if (reads === 'enlarged') return input;
  const plane: Plane = { data: Float32Array.from(target), width, height };
  return protocolOf(protocol).degradation.degrade(plane, scale, sigma).data;
}

const blockAt = (data: ArrayLike<number>, width: number, left: number, top: number) =>
  Float64Array.from({ length: 64 }, (_, i) => data[(top + (i >> 3)) * width + left + (i & 7)]);
