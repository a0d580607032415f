/** What assembly/kernels.ts exports, with addresses and strides in bytes. */
export type Kernels = Record<
  'convolve' | 'convolveSingle' | 'kernelGradient' | 'squaredError' | 'copy' | TileKernels,
  (...values: number[]) => number
>;

type TileKernels =
  | 'transformTiles'
  | 'convolveTiles'
  | 'kernelGradientTiles'
  | 'transformFives'
  | 'convolveFives'
  | 'kernelGradientFives';

/** What assembly/lines.ts and matrices.ts export, with addresses in bytes. */
export type OwnKernels = Record<
  | 'widen'
  | 'narrow'
  | 'sumPairs'
  | 'widenFour'
  | 'gatherFour'
  | 'sumAcross'
  | 'sumLines'
  | 'roundToByte'
  | 'multiply'
  | 'transpose',
  (...values: number[]) => void
>;

/** The modes of assembly/kernels.ts: what happens to a sum before it is stored. */
export const LINEAR = 0,
  RELU = 1,
  MASK = 2;
