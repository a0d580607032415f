/** The exports of assembly/lines.ts and assembly/matrices.ts, with addresses in bytes. */
export type ArithmeticKernels = Record<
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
