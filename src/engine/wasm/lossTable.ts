import { BLOCK, DCT, transposed } from '../losses/dct';
import { type LossName, losses } from '../losses/losses';

/** Floats that a thread needs in addition to the table: three blocks. */
export const BLOCK_WORKSPACE = 3 * BLOCK * BLOCK;

/**
 * The numbers that the kernel of a frequency loss reads: its weights, the transform, and the transposed transform. It
 * is empty for other losses.
 */
export function lossTable(name: LossName, change?: ArrayLike<number>): Float32Array {
  const loss = losses[name];
  if (loss.kind !== 'frequencies') return new Float32Array(0);
  return Float32Array.from([loss.weights(change), DCT, transposed(DCT)].flatMap((block) => [...block]));
}
