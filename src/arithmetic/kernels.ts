/** The exports of assembly/kernels.ts, with addresses in bytes. */
export type ArithmeticKernels = Record<
  | 'convertPixels'
  | 'fourierLines'
  | 'toFrequencies'
  | 'narrow'
  | 'widen'
  | 'multiply'
  | 'transpose'
  | 'blurRows'
  | 'resizeColumns'
  | 'resizeRows',
  (...values: number[]) => void
>;
