import { OptionError, UnknownNameError } from '../errors';
import { layerSlices, type Model } from '../model/srcnn';

export interface OptimizerOptions {
  /** 'sgd': with momentum, as PyTorch writes it (velocity = momentum * velocity + gradient); 'adam': Kingma and Ba 2015. */
  optimizer: 'sgd' | 'adam';
  /** The learning rate, or one for each layer. */
  learningRate: number | readonly number[];
  momentum?: number;
}

/** What an optimizer remembers between steps: plain arrays as long as the weights, so that a checkpoint can carry it. */
export interface OptimizerState {
  steps: number;
  moments: Float32Array[];
}

const BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

export function newOptimizerState(model: Model, optimizer: 'sgd' | 'adam'): OptimizerState {
  const arrays = { sgd: 1, adam: 2 }[optimizer];
  if (!arrays) throw new UnknownNameError('optimizer', optimizer, ['sgd', 'adam']);
  return { steps: 0, moments: Array.from({ length: arrays }, () => new Float32Array(model.weights.length)) };
}

/** The learning rate of each layer; a single number serves them all. Throws OptionError for one that is not above 0. */
export function layerRates(learningRate: number | readonly number[], layers: number): number[] {
  const rates = typeof learningRate === 'number' ? new Array<number>(layers).fill(learningRate) : [...learningRate];
  if (rates.length !== layers) throw new OptionError(`learningRate has ${rates.length} values; the network has ${layers} layers`);
  const wrong = rates.find((rate) => !(rate > 0 && Number.isFinite(rate)));
  if (wrong !== undefined) throw new OptionError(`learningRate is ${wrong}; use a number above 0`);
  return rates;
}

/** One update of `model.weights` in place; `factor` scales the learning rates (a schedule's value, 1 for none). */
export function update(model: Model, gradient: Float32Array, state: OptimizerState, options: OptimizerOptions, factor = 1): void {
  const slices = layerSlices(model.layers);
  const rates = layerRates(options.learningRate, slices.length);
  state.steps++;
  for (const [index, { kernelStart, end }] of slices.entries()) {
    const rate = rates[index] * factor;
    if (options.optimizer === 'adam') adam(model.weights, gradient, state, rate, kernelStart, end);
    else sgd(model.weights, gradient, state, rate, options.momentum ?? 0.9, kernelStart, end);
  }
}

function sgd(weights: Float32Array, gradient: Float32Array, state: OptimizerState, rate: number, momentum: number, start: number, end: number): void {
  const [velocity] = state.moments;
  for (let i = start; i < end; i++) {
    velocity[i] = momentum * velocity[i] + gradient[i];
    weights[i] -= rate * velocity[i];
  }
}

function adam(weights: Float32Array, gradient: Float32Array, state: OptimizerState, rate: number, start: number, end: number): void {
  const [first, second] = state.moments;
  const correction1 = 1 - BETA1 ** state.steps, correction2 = 1 - BETA2 ** state.steps;
  for (let i = start; i < end; i++) {
    const g = gradient[i];
    first[i] = BETA1 * first[i] + (1 - BETA1) * g;
    second[i] = BETA2 * second[i] + (1 - BETA2) * g * g;
    weights[i] -= (rate * (first[i] / correction1)) / (Math.sqrt(second[i] / correction2) + EPSILON);
  }
}

/** The schedule's factor at a step of `total`: 1 throughout, or half a cosine from 1 to 0 (Loshchilov and Hutter 2017). */
export function scheduleFactor(schedule: 'constant' | 'cosine', step: number, total: number): number {
  return schedule === 'cosine' ? (1 + Math.cos(Math.PI * Math.min(1, step / total))) / 2 : 1;
}
