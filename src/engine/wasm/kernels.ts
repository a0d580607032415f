/** The exports of assembly/kernels.ts, with addresses and strides in bytes. */
export type Kernels = Record<
  | 'convolve'
  | 'convolveSingle'
  | 'kernelGradient'
  | 'activate'
  | 'differentiateActivation'
  | 'pass'
  | 'writeShuffled'
  | 'lossOf'
  | 'copyRows'
  | 'clearOutside'
  | 'transformWinograd3'
  | 'convolveWinograd3'
  | 'kernelGradientWinograd3'
  | 'transformWinograd5'
  | 'convolveWinograd5'
  | 'kernelGradientWinograd5'
  | 'transformWinograd4x4'
  | 'convolveWinograd4x4'
  | 'kernelGradientWinograd4x4',
  (...values: number[]) => number
>;

/** How a kernel stores a sum, as in assembly/sums.ts. */
export const LINEAR = 0;
export const RELU = 1;
export const MASK = 2;
export const ADD = 3;
