import { OptionError } from '../errors';
import type { Model, Network } from '../network/network';
import { layerSlices, type LayerSlice } from '../network/parameters';
import { type Branches, branchesOf } from './branches';
import { splitGradient, sumBranches } from './branchSum';
import { type OptimizerOptions, optimizers, type OptimizerState } from './optimizers';

const DEFAULT_MOMENTUM = 0.9;

/** The learning rate of each layer; a single number serves them all. Throws OptionError for one that is not above 0. */
export function layerRates(learningRate: number | readonly number[], layers: number): number[] {
  const rates = typeof learningRate === 'number' ? new Array<number>(layers).fill(learningRate) : [...learningRate];
  if (rates.length !== layers)
    throw new OptionError(`learningRate has ${rates.length} values; the network has ${layers} layers`);
  const wrong = rates.find((rate) => !(rate > 0 && Number.isFinite(rate)));
  if (wrong !== undefined) throw new OptionError(`learningRate is ${wrong}; use a number above 0`);
  return rates;
}

/**
 * One update of `model.weights` in place; `factor` scales the learning rates (a schedule's value, 1 for none). If the
 * state holds branches, these take the step, each at its layer's rate, and the weights become their sums.
 */
export function update(
  { network, weights }: Model,
  gradient: Float32Array,
  state: OptimizerState,
  options: OptimizerOptions,
  factor = 1,
): void {
  const rates = layerRates(options.learningRate, layerSlices(network).length).map((rate) => rate * factor);
  if (!state.branches) {
    stepAll(layerSlices(network), weights, gradient, rates, state, options);
    return;
  }
  const { branches, gradient: split } = workspaceOf(state, network);
  splitGradient(split, branches, state.branches, gradient);
  const ofSlices = branches.layerOf.map((layer) => rates[layer]);
  stepAll(branches.slices, state.branches, split, ofSlices, state, options);
  sumBranches(weights, branches, state.branches);
}

/** Where the branches stand, and room for their gradient: made once for each state. */
const workspaces = new WeakMap<OptimizerState, { branches: Branches; gradient: Float32Array }>();

function workspaceOf(state: OptimizerState, network: Network) {
  let workspace = workspaces.get(state);
  if (!workspace) {
    const branches = branchesOf(network);
    workspace = { branches, gradient: new Float32Array(branches.length) };
    workspaces.set(state, workspace);
  }
  return workspace;
}

/** A step of each slice of `weights`, at its rate. */
function stepAll(
  slices: readonly LayerSlice[],
  weights: Float32Array,
  gradient: Float32Array,
  rates: readonly number[],
  state: OptimizerState,
  { optimizer, momentum = DEFAULT_MOMENTUM, weightDecay = 0 }: OptimizerOptions,
): void {
  const { moments } = state;
  const steps = ++state.steps;
  for (const [index, { kernelStart, biasStart }] of slices.entries()) {
    const rate = rates[index];
    const kept = 1 - rate * weightDecay;
    if (kept !== 1) for (let i = kernelStart; i < biasStart; i++) weights[i] *= kept;
    optimizers[optimizer].step({ weights, gradient, moments, slices, index, steps, rate, momentum });
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
