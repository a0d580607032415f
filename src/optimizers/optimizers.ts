import { UnknownNameError } from '../errors';
import type { Model } from '../network/network';
import { layerSlices } from '../network/parameters';
import { adam } from './adam';
import { branchesOf } from './branches';
import { firstBranches } from './firstBranches';
import type { Optimizer } from './optimizer';
import { sgd } from './sgd';
import { soap } from './soap';

/** The optimizers that the lab knows. */
export const optimizers = { sgd, adam, soap } satisfies Record<string, Optimizer>;

export type OptimizerName = keyof typeof optimizers;

/** Their names, for `--help` and errors. */
export const optimizerNames = Object.keys(optimizers) as OptimizerName[];

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

/** What an optimizer remembers between steps, as a checkpoint carries it. */
export interface OptimizerState {
  steps: number;
  moments: Float32Array[];
  /** What is trained in place of the network's weights, where these are sums of branches; see `branchesOf`. */
  branches?: Float32Array;
}

/**
 * The state before the first step. With a `branchSeed` the weights of 3x3 layers are trained as sums of branches, drawn
 * with this seed. Throws UnknownNameError, or OptionError for a network that cannot be trained so.
 */
export function newOptimizerState(model: Model, name: OptimizerName, branchSeed?: number): OptimizerState {
  if (!optimizerNames.includes(name)) throw new UnknownNameError('optimizer', name, optimizerNames);
  const { newMoments } = optimizers[name];
  if (branchSeed === undefined) return { steps: 0, moments: newMoments(layerSlices(model.network)) };
  const { slices } = branchesOf(model.network);
  return { steps: 0, moments: newMoments(slices), branches: firstBranches(model, branchSeed) };
}
