import type * as tfjs from '@tensorflow/tfjs';
import type { Activation } from '../../network/network';
import { asMatrix, type TensorFlow } from './convolution';

const LEAKY_SLOPE = 0.1;

/** What an activation makes of sums; `slopes`, one for each channel, belongs to a PReLU. */
export function activate(activation: Activation, sums: tfjs.Tensor4D, slopes: tfjs.Tensor1D | null): tfjs.Tensor4D {
  if (activation === 'linear') return sums;
  if (activation === 'relu') return sums.relu();
  if (activation === 'tanh') return sums.tanh();
  return sums.relu().add(sums.minimum(0).mul(slopes ?? LEAKY_SLOPE));
}

/**
 * The gradient of the sums, and that of a PReLU's slopes (null for other activations), from the gradient `delta` of
 * the outputs.
 */
export function activateBack(
  tf: TensorFlow,
  activation: Activation,
  { sums, output, slopes }: { sums: tfjs.Tensor4D; output: tfjs.Tensor4D; slopes: tfjs.Tensor1D | null },
  delta: tfjs.Tensor4D,
): { delta: tfjs.Tensor4D; slopes: tfjs.Tensor1D | null } {
  if (activation === 'linear') return { delta, slopes: null };
  if (activation === 'tanh') return { delta: delta.sub(delta.mul(output.square())), slopes: null };
  const below = activation === 'relu' ? tf.zerosLike(delta) : delta.mul<tfjs.Tensor4D>(slopes ?? LEAKY_SLOPE);
  return {
    delta: tf.where<tfjs.Tensor4D>(sums.greater(0), delta, below),
    slopes: slopes && asMatrix(delta.mul(sums.minimum(0))).sum<tfjs.Tensor1D>(0),
  };
}
