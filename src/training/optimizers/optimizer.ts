import { OptionError, UnknownNameError } from '../../errors';
import { adam } from './adam';
import { newSoapMoments, soap } from './soap';
import type { Model } from '../../network/network';
import { layerSlices } from '../../network/parameters';

export const optimizers = ['sgd', 'adam', 'soap'] as const;
export type OptimizerName = (typeof optimizers)[number];

export interface OptimizerOptions {
  /**
   * 'sgd': with momentum, as PyTorch writes it (velocity = momentum * velocity + gradient); 'adam': Kingma and Ba
   * 2015; 'soap': Vyas et al. 2024.
   */
  optimizer: OptimizerName;
  /** The learning rate, or one for each layer. */
  learningRate: number | readonly number[];
  /** Of 'sgd': from 0 to below 1, 0.9 by default. */
  momentum?: number;
  /**
   * Each batch makes the kernels' weights smaller by this part times the learning rate, beside the gradient's step
   * (Loshchilov and Hutter 2019, arXiv 1711.05101): 0 or more, 0 by default. Biases and slopes keep theirs.
   */
  weightDecay?: number;
}

/** What an optimizer remembers between steps: plain arrays, so that a checkpoint can carry it. */
export interface OptimizerState {
  steps: number;
  moments: Float32Array[];
}

export function newOptimizerState(model: Model, optimizer: OptimizerName): OptimizerState {
  if (!optimizers.includes(optimizer)) throw new UnknownNameError('optimizer', optimizer, optimizers);
  const zeros = () => new Float32Array(model.weights.length);
  const moments = {
    sgd: () => [zeros()],
    adam: () => [zeros(), zeros()],
    soap: () => newSoapMoments(layerSlices(model.network)),
  };
  return { steps: 0, moments: moments[optimizer]() };
}

/** The learning rate of each layer; a single number serves them all. Throws OptionError for one that is not above 0. */
export function layerRates(learningRate: number | readonly number[], layers: number): number[] {
  const rates = typeof learningRate === 'number' ? new Array<number>(layers).fill(learningRate) : [...learningRate];
  if (rates.length !== layers)
    throw new OptionError(`learningRate has ${rates.length} values; the network has ${layers} layers`);
  const wrong = rates.find((rate) => !(rate > 0 && Number.isFinite(rate)));
  if (wrong !== undefined) throw new OptionError(`learningRate is ${wrong}; use a number above 0`);
  return rates;
}

/** One update of `model.weights` in place; `factor` scales the learning rates (a schedule's value, 1 for none). */
export function update(
  model: Model,
  gradient: Float32Array,
  state: OptimizerState,
  options: OptimizerOptions,
  factor = 1,
): void {
  const slices = layerSlices(model.network);
  const rates = layerRates(options.learningRate, slices.length);
  state.steps++;
  for (const [index, { kernelStart, biasStart, end }] of slices.entries()) {
    const rate = rates[index] * factor;
    const kept = 1 - rate * (options.weightDecay ?? 0);
    if (kept !== 1) for (let i = kernelStart; i < biasStart; i++) model.weights[i] *= kept;
    if (options.optimizer === 'soap') {
      soap(model.weights, gradient, state.moments, slices, index, state.steps, rate);
      continue;
    }
    const [weights, ofLoss, ...moments] = [model.weights, gradient, ...state.moments].map((array) =>
      array.subarray(kernelStart, end),
    );
    if (options.optimizer === 'adam') adam(weights, ofLoss, moments[0], moments[1], state.steps, rate);
    else sgd(weights, ofLoss, moments[0], rate, options.momentum ?? 0.9);
  }
}

function sgd(
  weights: Float32Array,
  gradient: Float32Array,
  velocity: Float32Array,
  rate: number,
  momentum: number,
): void {
  for (let i = 0; i < weights.length; i++) {
    velocity[i] = momentum * velocity[i] + gradient[i];
    weights[i] -= rate * velocity[i];
  }
}

/**
 * Moves the average `ema` towards the weights after step number `steps`: it keeps the part `decay` of itself, and at
 * most (1 + steps) / (10 + steps), so that the first weights are soon forgotten.
 */
export function follow(ema: Float32Array, weights: Float32Array, decay: number, steps: number): void {
  const kept = Math.min(decay, (1 + steps) / (10 + steps));
  for (let i = 0; i < ema.length; i++) ema[i] = kept * ema[i] + (1 - kept) * weights[i];
}
