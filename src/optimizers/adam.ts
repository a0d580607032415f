import { type Optimizer, partsOf, zerosFor } from './optimizer';

const EPSILON = 1e-8;

/**
 * Adam's step number `steps` (Kingma and Ba 2015, algorithm 1) for arrays of one length: changes `weights` and both
 * moments in place.
 */
export function adamStep(
  weights: Float32Array,
  gradient: Float32Array,
  first: Float32Array,
  second: Float32Array,
  steps: number,
  rate: number,
  beta1 = 0.9,
  beta2 = 0.999,
): void {
  const correction1 = 1 - beta1 ** steps,
    correction2 = 1 - beta2 ** steps;
  for (let i = 0; i < weights.length; i++) {
    const g = gradient[i];
    first[i] = beta1 * first[i] + (1 - beta1) * g;
    second[i] = beta2 * second[i] + (1 - beta2) * g * g;
    weights[i] -= (rate * (first[i] / correction1)) / (Math.sqrt(second[i] / correction2) + EPSILON);
  }
}

/** Kingma and Ba 2015 (arXiv 1412.6980), with the betas 0.9 and 0.999. */
export const adam: Optimizer = {
  name: 'adam',
  newMoments: (slices) => zerosFor(slices, 2),
  step: (layer) => {
    const {
      weights,
      gradient,
      moments: [first, second],
    } = partsOf(layer);
    adamStep(weights, gradient, first, second, layer.steps, layer.rate);
  },
};
