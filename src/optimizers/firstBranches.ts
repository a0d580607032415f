import type { Model } from '../network/network';
import type { LayerSlice } from '../network/parameters';
import { normal, type RandomState, uniform } from '../random';
import { type Branches, branchesOf } from './branches';
import { sumBranches } from './branchSum';

/** As in the authors' code, the scales of the fixed filters begin near 0. */
const SCALE_DEVIATION = 1e-3;

/** Keeps these draws apart from those of the initial weights and of the order of the patches. */
const SEED = 0xb4a7c;

/**
 * The parameters that training with branches begins with: the branches are drawn, and each layer's own kernel is that
 * of the model less what its branches add, so that the sum is the model's, up to rounding. The same seed gives the same
 * numbers. Throws OptionError for a network without a 3x3 convolution.
 */
export function firstBranches({ network, weights }: Model, seed: number): Float32Array {
  const branches = branchesOf(network);
  const parameters = drawBranches(branches, seed);
  const added = new Float32Array(weights.length);
  sumBranches(added, branches, parameters);
  for (let i = 0; i < weights.length; i++) parameters[i] = weights[i] - added[i];
  return parameters;
}

/** Kernels are uniform up to 1 / sqrt(fan-in), as PyTorch's are by default; the network's own parameters stay 0. */
function drawBranches({ layers, length }: Branches, seed: number): Float32Array {
  const parameters = new Float32Array(length);
  const random: RandomState = { seed: seed ^ SEED, draws: 0 };
  const draw = ({ kernelStart, biasStart, end }: LayerSlice, fanIn: number) => {
    const most = 1 / Math.sqrt(fanIn);
    for (let i = kernelStart; i < biasStart; i++) parameters[i] = most * (2 * uniform(random) - 1);
    for (let i = biasStart; i < end; i++) parameters[i] = SCALE_DEVIATION * normal(random);
  };
  for (const { own, widen, narrow, edges } of layers) {
    draw(widen, own.inputs);
    draw(narrow, 9 * widen.filters);
    for (const edge of edges) draw(edge, own.inputs);
  }
  return parameters;
}
