import type { OutputLoss } from './loss';

/** Absolute error. */
export const l1: OutputLoss = { kind: 'outputs', value: Math.abs, slope: Math.sign };
