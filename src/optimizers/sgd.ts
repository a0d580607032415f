import { type Optimizer, partsOf, zerosFor } from './optimizer';

/** With momentum, as PyTorch writes it: velocity = momentum * velocity + gradient. */
export const sgd: Optimizer = {
  name: 'sgd',
  newMoments: (slices) => zerosFor(slices, 1),
  step: (layer) => {
    const {
      weights,
      gradient,
      moments: [velocity],
    } = partsOf(layer);
    const { rate, momentum } = layer;
    for (let i = 0; i < weights.length; i++) {
      velocity[i] = momentum * velocity[i] + gradient[i];
      weights[i] -= rate * velocity[i];
    }
  },
};
