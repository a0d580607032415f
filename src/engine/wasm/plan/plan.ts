import type { Kernels } from '../kernels';
import type { Views } from './views';

/**
 * A convolution as a plan looks at it: forwards, or the gradient of a layer's input, in which inputs and outputs are
 * exchanged.
 */
export interface Shape {
  inputs: number;
  outputs: number;
  kernel: number;
  /** Whether it reads the network's input. */
  first: boolean;
  use: 'train' | 'predict';
}

/** Planes between two layers, in the memory of one thread. Addresses and strides in bytes, sizes in samples. */
export interface Bound {
  channels: number;
  plane: number;
  row: number;
  /** The sample at the upper left corner of the part that is computed. */
  origin: number;
  width: number;
  height: number;
  /** Zeros on every side of the whole plane. */
  pad: number;
}

/**
 * A convolution between planes: `under` is the address of the sample of `from` under the kernel's first tap for the
 * first output.
 */
export interface Job {
  shape: Shape;
  from: Bound;
  under: number;
  to: Bound;
  /** Addresses of the packed kernels and of the biases, one for each output and zeros up to a multiple of 4. */
  weights: number;
  bias: number;
  /** How a sum is stored: kernels.ts. */
  mode: number;
  /** Address of the slopes of a PReLU, for a plan that bends; sums are stored as they are without it. */
  slopes?: number;
  /** Address of as many floats as `workspace` asks for. */
  workspace: number;
}

/** The gradient of a layer's kernels and biases, added at these addresses; `job` is the layer's own convolution. */
export interface GradientJob {
  job: Job;
  /** The gradient of the outputs. */
  delta: Bound;
}

/** A way to compute a convolution. Adding one takes a file and an entry in plans.ts. */
export interface Plan {
  name: string;
  fits(shape: Shape): boolean;
  /**
   * Side of the squares in which outputs are computed; 1 by default. How they round depends on where squares begin, so
   * a picture that is computed in parts keeps them at the same places.
   */
  tile?: number;
  /** Whether it passes sums through a PReLU on their way to the planes. */
  bends?: boolean;
  /** Floats of packed kernels. */
  packedLength(shape: Shape): number;
  /** Packs the kernels into `target`, which holds zeros, from `start`. */
  pack(target: Float32Array, start: number, shape: Shape, taps: Taps): void;
  /** Floats that a thread needs in addition to the planes, for outputs of up to width x height. */
  workspace(shape: Shape, width: number, height: number): number;
  /** Binds a convolution to its memory once; the returned function runs it. */
  convolve(kernels: Kernels, views: Views, job: Job): () => void;
  /**
   * Binds the gradient of a layer's kernels; the returned function adds it at the two addresses. It may use what
   * `convolve` left.
   */
  kernelGradient(
    kernels: Kernels,
    views: Views,
    gradient: GradientJob,
  ): (kernelGradient: number, biasGradient: number) => void;
}

/**
 * The places of taps among a network's weights: tap t of row * kernel + column, between input i and output o, is
 * `weights[first + o * output + i * input + t * step]`. These are numbers and not a function, because kernels are
 * packed in each training step, while the threads wait.
 */
export interface Taps {
  weights: Float32Array;
  first: number;
  output: number;
  input: number;
  /** 1, or -1 for kernels that are turned by 180 degrees. */
  step: number;
}

/** Room behind lines of tiles: the kernels write whole vectors, of up to as many floats. */
export const SLACK = 16;

export const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;
