// The sum of branches and its transposed map. The pair that widens and narrows is a product of matrices, which the
// kernels of src/arithmetic compute, because the engine waits meanwhile.
import { memoryFor } from '../arithmetic/memory';
import type { LayerSlice } from '../network/parameters';
import { type Branches, EDGES, type LayerBranches } from './branches';

const TAPS = 9;
const FILTERS = EDGES.map((filter) => Float64Array.from(filter));

/** Writes the weights of the network: for each 3x3 layer its own kernel and what its branches add to it. */
export function sumBranches(weights: Float32Array, { layers }: Branches, parameters: Float32Array): void {
  weights.set(parameters.subarray(0, weights.length));
  for (const layer of layers) {
    addPair(weights, layer, parameters);
    addEdges(weights, layer, parameters);
  }
}

/**
 * Writes the gradient of all parameters to `to`, from the `gradient` of the network's weights, which is as long as
 * these: the transposed map of the sum.
 */
export function splitGradient(
  to: Float32Array,
  { layers }: Branches,
  parameters: Float32Array,
  gradient: Float32Array,
): void {
  to.set(gradient);
  for (const layer of layers) {
    splitPair(to, layer, parameters, gradient);
    splitEdges(to, layer, parameters, gradient);
  }
}

/** The values of a slice's kernel. */
const kernelOf = (array: Float32Array, { kernelStart, biasStart }: LayerSlice) =>
  array.subarray(kernelStart, biasStart);

/** The matrices of a layer's pair in the memory of the kernels, and `room` beside them: numbers of floats by name. */
function pairInMemory<Name extends string>(
  { widen, narrow }: LayerBranches,
  parameters: Float32Array,
  room: Record<Name, number>,
) {
  const matrices = { widen: kernelOf(parameters, widen), narrow: kernelOf(parameters, narrow) };
  const lengths = { widen: matrices.widen.length, narrow: matrices.narrow.length, ...room };
  const bytes = Object.fromEntries(Object.entries<number>(lengths).map(([name, length]) => [name, 4 * length]));
  const { kernels, buffer, addresses } = memoryFor(bytes as Record<Name | 'widen' | 'narrow', number>);
  const floats = (name: Name | 'widen' | 'narrow') => new Float32Array(buffer, addresses[name], lengths[name]);
  floats('widen').set(matrices.widen);
  floats('narrow').set(matrices.narrow);
  return { kernels, addresses, floats };
}

/** Calls `visit` for each value of a 3x3 kernel with its place by output and its place by input. */
function places({ inputs, filters }: LayerSlice, visit: (byOutput: number, byInput: number) => void): void {
  for (let o = 0, at = 0; o < filters; o++)
    for (let i = 0; i < inputs; i++) for (let t = 0; t < TAPS; t++) visit(at++, TAPS * (i * filters + o) + t);
}

/** By input, [inputs][filters][taps], the pair's sum is the transposed `widen` times `narrow`. */
function addPair(weights: Float32Array, layer: LayerBranches, parameters: Float32Array): void {
  const { own, widen } = layer;
  const target = kernelOf(weights, own);
  const room = { turned: own.inputs * widen.filters, sum: target.length };
  const { kernels, addresses, floats } = pairInMemory(layer, parameters, room);
  kernels.transpose(addresses.widen, addresses.turned, widen.filters, own.inputs);
  kernels.multiply(addresses.turned, addresses.narrow, addresses.sum, own.inputs, widen.filters, TAPS * own.filters);
  const sum = floats('sum');
  places(own, (byOutput, byInput) => (target[byOutput] += sum[byInput]));
}

/** The gradients of both matrices of that product. */
function splitPair(to: Float32Array, layer: LayerBranches, parameters: Float32Array, gradient: Float32Array): void {
  const { own, widen, narrow } = layer;
  const source = kernelOf(gradient, own);
  const [ofWiden, ofNarrow] = [widen, narrow].map((slice) => kernelOf(to, slice));
  const room = {
    gradient: source.length,
    turned: source.length,
    ofWiden: ofWiden.length,
    ofNarrow: ofNarrow.length,
  };
  const { kernels, addresses, floats } = pairInMemory(layer, parameters, room);
  const target = floats('gradient');
  places(own, (byOutput, byInput) => (target[byInput] = source[byOutput]));
  const [wide, across] = [widen.filters, TAPS * own.filters];
  kernels.multiply(addresses.widen, addresses.gradient, addresses.ofNarrow, wide, own.inputs, across);
  kernels.transpose(addresses.gradient, addresses.turned, own.inputs, across);
  kernels.multiply(addresses.narrow, addresses.turned, addresses.ofWiden, wide, across, own.inputs);
  ofWiden.set(floats('ofWiden'));
  ofNarrow.set(floats('ofNarrow'));
}

/** For each filter that finds edges, a kernel is that filter times a scale of its output and a weight of both ends. */
function addEdges(weights: Float32Array, { own, edges }: LayerBranches, parameters: Float32Array): void {
  for (const [k, { kernelStart, biasStart }] of edges.entries()) {
    const filter = FILTERS[k];
    for (let o = 0, from = kernelStart, at = own.kernelStart; o < own.filters; o++) {
      const scale = parameters[biasStart + o];
      for (let i = 0; i < own.inputs; i++, at += TAPS) {
        const factor = scale * parameters[from++];
        for (let t = 0; t < TAPS; t++) weights[at + t] += factor * filter[t];
      }
    }
  }
}

function splitEdges(
  to: Float32Array,
  { own, edges }: LayerBranches,
  parameters: Float32Array,
  gradient: Float32Array,
): void {
  for (const [k, { kernelStart, biasStart }] of edges.entries()) {
    const filter = FILTERS[k];
    for (let o = 0, from = kernelStart, at = own.kernelStart; o < own.filters; o++) {
      const scale = parameters[biasStart + o];
      let ofScale = 0;
      for (let i = 0; i < own.inputs; i++, at += TAPS, from++) {
        let along = 0;
        for (let t = 0; t < TAPS; t++) along += gradient[at + t] * filter[t];
        to[from] = scale * along;
        ofScale += parameters[from] * along;
      }
      to[biasStart + o] = ofScale;
    }
  }
}
