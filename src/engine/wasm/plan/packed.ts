import type { LayerSlice } from '../../../network/parameters';
import { type Plan, roundUp, type Shape } from './plan';
import { planFor } from './plans';

/** A layer with its plans, and where its packed kernels stand, in floats. */
export interface PackedLayer extends LayerSlice {
  forwards: Direction;
  /** How the gradient of its input is computed; packed for training only. */
  backwards: Direction;
  /** Its biases, with zeros up to a multiple of 4. */
  bias: number;
  /** The slopes of a PReLU. */
  slopes: number;
}

export interface Direction {
  shape: Shape;
  plan: Plan;
  start: number;
}

/**
 * The layers of a lowered network with their plans, as many zeros as the backward passes need for biases, and the
 * length.
 */
export function packedLayers(
  slices: readonly LayerSlice[],
  use: Shape['use'],
): { packed: PackedLayer[]; zeros: number; length: number } {
  let length = 0;
  const take = (floats: number) => (length += floats) - floats;
  const packed = slices.map((slice, index): PackedLayer => {
    const { filters, inputs, kernel } = slice;
    const direction = (shape: Shape, isPacked = true) => {
      const plan = planFor(shape);
      return { shape, plan, start: take(isPacked ? plan.packedLength(shape) : 0) };
    };
    const first = index === 0;
    return {
      ...slice,
      forwards: direction({ inputs, outputs: filters, kernel, first, use }),
      bias: take(roundUp(filters, 4)),
      backwards: direction({ inputs: filters, outputs: inputs, kernel, first: false, use }, use === 'train'),
      slopes: take(roundUp(filters, 4)),
    };
  });
  const zeros = take(roundUp(Math.max(...slices.map(({ inputs }) => inputs)), 4));
  return { packed, zeros, length };
}

/** Writes the kernels in the order in which the inner loops read them; `target` holds zeros. */
export function packWeights(weights: Float32Array, packed: readonly PackedLayer[], target: Float32Array): void {
  for (const layer of packed) {
    const { inputs, kernel, kernelStart, biasStart, slopeStart, end, forwards, backwards, bias, slopes } = layer;
    const area = kernel ** 2;
    const one = { weights, first: kernelStart, output: inputs * area, input: area, step: 1 };
    forwards.plan.pack(target, forwards.start, forwards.shape, one);
    target.set(weights.subarray(biasStart, slopeStart), bias);
    target.set(weights.subarray(slopeStart, end), slopes);
    if (forwards.shape.use === 'predict') continue;
    // The gradient of a convolution's input is a convolution with the kernels turned by 180 degrees and the channels
    // exchanged.
    const turned = { weights, first: kernelStart + area - 1, output: area, input: inputs * area, step: -1 };
    backwards.plan.pack(target, backwards.start, backwards.shape, turned);
  }
}
