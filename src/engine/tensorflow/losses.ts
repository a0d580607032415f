import type { Tensor } from '@tensorflow/tfjs';
import { CHARBONNIER } from '../losses/charbonnier';
import { HUBER } from '../losses/huber';
import type { LossName } from '../losses/losses';
import type { TensorFlow } from './convolution';

/** The value and the slope of a loss for each of the errors, which are outputs minus targets. */
interface TensorLoss {
  value(tf: TensorFlow, errors: Tensor): Tensor;
  slope(tf: TensorFlow, errors: Tensor): Tensor;
}

const smooth = (errors: Tensor) =>
  errors
    .square()
    .add(CHARBONNIER ** 2)
    .sqrt();

/** The losses of single outputs on tensors; those of frequencies are in frequencies.ts. */
export const tensorLosses: Record<Exclude<LossName, 'fdpl'>, TensorLoss> = {
  mse: { value: (_, errors) => errors.square(), slope: (_, errors) => errors.mul(2) },
  l1: { value: (_, errors) => errors.abs(), slope: (_, errors) => errors.sign() },
  charbonnier: { value: (_, errors) => smooth(errors), slope: (_, errors) => errors.div(smooth(errors)) },
  huber: {
    // With q = min(|e|, H) both branches are one: q²/2 + H (|e| - q).
    value: (_, errors) => {
      const size = errors.abs();
      const near = size.minimum(HUBER);
      return near.square().div(2).add(size.sub(near).mul(HUBER));
    },
    slope: (tf, errors) => tf.clipByValue(errors, -HUBER, HUBER),
  },
};
