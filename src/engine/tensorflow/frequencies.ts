import type * as tfjs from '@tensorflow/tfjs';
import type { Area } from '../losses/area';
import { BLOCK, DCT } from '../losses/dct';
import type { TensorFlow } from './convolution';

/**
 * The sum of a loss of frequencies (engine/losses/loss.ts) and its slopes, for errors
 * [count, channels, height, width] of which the blocks of `area` count.
 */
export function frequencyLoss(
  tf: TensorFlow,
  errors: tfjs.Tensor4D,
  { left, top, width, height }: Area,
  weights: Float64Array,
): { sum: tfjs.Tensor; slopes: tfjs.Tensor4D } {
  const [count, channels, high, wide] = errors.shape;
  const pictures = count * channels;
  const grid = [pictures, height / BLOCK, BLOCK, width / BLOCK, BLOCK];
  const transform = tf.tensor3d(Float32Array.from(DCT), [1, BLOCK, BLOCK]);
  const copies = (pictures * height * width) / BLOCK ** 2;
  const each = transform.tile<tfjs.Tensor3D>([copies, 1, 1]);
  const blocks = errors
    .reshape<tfjs.Tensor3D>([pictures, high, wide])
    .slice([0, top, left], [pictures, height, width])
    .reshape(grid)
    .transpose([0, 1, 3, 2, 4])
    .reshape<tfjs.Tensor3D>([copies, BLOCK, BLOCK]);
  const frequencies = each.matMul(blocks).matMul<tfjs.Tensor3D>(each, false, true);
  const weighted = frequencies.mul<tfjs.Tensor3D>(tf.tensor3d(Float32Array.from(weights), [1, BLOCK, BLOCK]));
  const slopes = each
    .matMul(weighted.mul(2), true, false)
    .matMul(each)
    .reshape([grid[0], grid[1], grid[3], BLOCK, BLOCK])
    .transpose([0, 1, 3, 2, 4])
    .reshape<tfjs.Tensor3D>([pictures, height, width])
    .pad([
      [0, 0],
      [top, high - height - top],
      [left, wide - width - left],
    ])
    .reshape<tfjs.Tensor4D>([count, channels, high, wide]);
  return { sum: frequencies.mul(weighted).sum(), slopes };
}
