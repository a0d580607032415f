// A 3x3 kernel trained as a sum of branches (ECBSR: Zhang, Zeng and Zhang 2021, "Edge-oriented Convolution Block for
// Real-time Super Resolution on Mobile Devices", figure 3): its own kernel, a 1x1 convolution followed by a 3x3 one
// between more planes, and 1x1 convolutions followed by a fixed filter that finds edges. Two convolutions without an
// activation between them are one, so the network in use has the sum, and nothing else knows of the branches.
import { OptionError } from '../errors';
import type { Network } from '../network/network';
import { layerSlices, type LayerSlice } from '../network/parameters';

/** The fixed filters, [filter][rows][columns]: Sobel's two, and Laplace's. */
export const EDGES = [
  [1, 0, -1, 2, 0, -2, 1, 0, -1],
  [1, 2, 1, 0, 0, 0, -1, -2, -1],
  [0, 1, 0, 1, -4, 1, 0, 1, 0],
] as const;

/** As in the authors' code, the branch of two convolutions has twice as many planes in its middle. */
const WIDER = 2;

/**
 * Where the parameters of a 3x3 layer's branches stand. The branches have no biases: the layer's own is enough, and
 * with zeros beyond the edge a 1x1 convolution without a bias gives zeros there, as the sum needs them.
 */
export interface LayerBranches {
  own: LayerSlice;
  /** A 1x1 convolution to more planes, [wide][inputs]. */
  widen: LayerSlice;
  /** The 3x3 convolution back, [wide][filters][taps]: the outer sides change places, for the products of matrices. */
  narrow: LayerSlice;
  /** For each of EDGES a 1x1 convolution, [filters][inputs], and behind it a scale for each filter. */
  edges: LayerSlice[];
}

/** The parameters that are trained in place of a network's weights: those weights, then its layers' branches. */
export interface Branches {
  layers: LayerBranches[];
  /** The network's own slices, then those of the branches: what an optimizer steps. */
  slices: LayerSlice[];
  /** For each slice the index of its layer in `layerSlices`, whose learning rate it has. */
  layerOf: number[];
  /** All parameters together. */
  length: number;
}

/** The branches of each 3x3 convolution. Throws OptionError for a network that has none. */
export function branchesOf(network: Network): Branches {
  const slices = [...layerSlices(network)];
  const layerOf = slices.map((_, index) => index);
  let length = slices.at(-1)?.end ?? 0;
  const add = (index: number, inputs: number, filters: number, kernel: number, scales = 0): LayerSlice => {
    const [kernelStart, biasStart] = [length, length + inputs * filters * kernel ** 2];
    length = biasStart + scales;
    const places = { kernelStart, biasStart, slopeStart: length, end: length };
    layerOf.push(index);
    slices.push({ ...slices[index], inputs, filters, kernel, activation: 'linear', ...places });
    return slices.at(-1)!;
  };
  const layers = [...slices.entries()].flatMap(([index, own]): LayerBranches[] => {
    const { kind, kernel, inputs, filters } = own;
    if (kind !== 'convolution' || kernel !== 3) return [];
    const wide = WIDER * filters;
    const widen = add(index, inputs, wide, 1);
    const narrow = add(index, filters, wide, 3);
    return [{ own, widen, narrow, edges: EDGES.map(() => add(index, inputs, filters, 1, filters)) }];
  });
  if (!layers.length)
    throw new OptionError(
      `the network ${network.name} has no 3x3 convolution, and only these are trained with branches; ` +
        'leave branches out, or use another network',
    );
  return { layers, slices, layerOf, length };
}
