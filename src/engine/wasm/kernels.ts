/** What assembly/kernels.ts exports, with addresses and strides in bytes. */
export type Kernels = Record<
  'convolve' | 'convolveSingle' | 'kernelGradient' | 'squaredError' | 'copy' | WinogradKernels,
  (...values: number[]) => number
>;

type WinogradKernels =
  | 'transformWinograd3'
  | 'convolveWinograd3'
  | 'kernelGradientWinograd3'
  | 'transformWinograd5'
  | 'convolveWinograd5'
  | 'kernelGradientWinograd5';

/** The modes of assembly/kernels.ts: what happens to a sum before it is stored. */
export const LINEAR = 0,
  RELU = 1,
  MASK = 2;
