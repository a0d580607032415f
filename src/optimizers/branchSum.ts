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

/** By input, [inputs][filters][taps], the pair's sum is the transposed `widen` times `narrow`. */
function addPair(weights: Float32Array, { own, widen, narrow }: LayerBranches, parameters: Float32Array): void {
  const [factors, kernels] = [kernelOf(parameters, widen), kernelOf(parameters, narrow)];
  const target = kernelOf(weights, own);
  const wide = widen.filters;
  const across = TAPS * own.filters;
  const memory = memoryFor({
    widen: factors.byteLength,
    turned: factors.byteLength,
    narrow: kernels.byteLength,
    sum: target.byteLength,
  });
  const { buffer, addresses } = memory;
  new Float32Array(buffer, addresses.widen, factors.length).set(factors);
  new Float32Array(buffer, addresses.narrow, kernels.length).set(kernels);
  memory.kernels.transpose(addresses.widen, addresses.turned, wide, own.inputs);
  memory.kernels.multiply(addresses.turned, addresses.narrow, addresses.sum, own.inputs, wide, across);
  const sum = new Float32Array(buffer, addresses.sum, target.length);
  for (let o = 0, at = 0; o < own.filters; o++)
    for (let i = 0; i < own.inputs; i++)
      for (let from = i * across + TAPS * o, end = from + TAPS; from < end; from++) target[at++] += sum[from];
}

/** The gradients of both matrices of that product. */
function splitPair(
  to: Float32Array,
  { own, widen, narrow }: LayerBranches,
  parameters: Float32Array,
  gradient: Float32Array,
): void {
  const [factors, kernels] = [kernelOf(parameters, widen), kernelOf(parameters, narrow)];
  const source = kernelOf(gradient, own);
  const wide = widen.filters;
  const across = TAPS * own.filters;
  const memory = memoryFor({
    widen: factors.byteLength,
    ofWiden: factors.byteLength,
    narrow: kernels.byteLength,
    ofNarrow: kernels.byteLength,
    gradient: source.byteLength,
    turned: source.byteLength,
  });
  const { buffer, addresses } = memory;
  new Float32Array(buffer, addresses.widen, factors.length).set(factors);
  new Float32Array(buffer, addresses.narrow, kernels.length).set(kernels);
  const byInput = new Float32Array(buffer, addresses.gradient, source.length);
  for (let o = 0, at = 0; o < own.filters; o++)
    for (let i = 0; i < own.inputs; i++)
      for (let place = i * across + TAPS * o, end = place + TAPS; place < end; place++) byInput[place] = source[at++];
  memory.kernels.multiply(addresses.widen, addresses.gradient, addresses.ofNarrow, wide, own.inputs, across);
  memory.kernels.transpose(addresses.gradient, addresses.turned, own.inputs, across);
  memory.kernels.multiply(addresses.narrow, addresses.turned, addresses.ofWiden, wide, across, own.inputs);
  to.set(new Float32Array(buffer, addresses.ofWiden, factors.length), widen.kernelStart);
  to.set(new Float32Array(buffer, addresses.ofNarrow, kernels.length), narrow.kernelStart);
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
