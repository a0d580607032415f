import type { LayerSlice } from '../network/parameters';

/** A step of one layer: arrays are those of all layers, and are changed in place where `slices[index]` has its part. */
export interface LayerStep {
  weights: Float32Array;
  gradient: Float32Array;
  /** What `newMoments` made. */
  moments: readonly Float32Array[];
  slices: readonly LayerSlice[];
  index: number;
  /** The number of this step, from 1. */
  steps: number;
  rate: number;
  /** From 0 to below 1. */
  momentum: number;
}

/** How weights follow the gradient. */
export interface Optimizer {
  name: string;
  /** What it remembers between steps, as before the first: plain arrays, so that a checkpoint can carry them. */
  newMoments(slices: readonly LayerSlice[]): Float32Array[];
  step(layer: LayerStep): void;
}

/** Arrays of zeros, as many as are named, each as long as the weights. */
export const zerosFor = (slices: readonly LayerSlice[], arrays: number): Float32Array[] =>
  Array.from({ length: arrays }, () => new Float32Array(slices[slices.length - 1].end));

/** The layer's part of each array. */
export function partsOf({ weights, gradient, moments, slices, index }: LayerStep) {
  const { kernelStart, end } = slices[index];
  const part = (array: Float32Array) => array.subarray(kernelStart, end);
  return { weights: part(weights), gradient: part(gradient), moments: moments.map(part) };
}
