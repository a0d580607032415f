/** The exports of assembly/kernels.ts, with addresses in bytes. */
export type ArithmeticKernels = Record<
  | 'convertPixels'
  | 'fourierLines'
  | 'toFrequencies'
  | 'narrow'
  | 'widen'
  | 'iterateBasis'
  | 'multiply'
  | 'transpose'
  | 'blurRows'
  | 'resizeColumns'
  | 'resizeRows'
  | 'multiplyRow',
  (...values: number[]) => void
> &
  Record<'similarityRow', (...values: number[]) => number>;
