import type { OutputLoss } from './loss';

/** Squared error. */
export const mse: OutputLoss = { kind: 'outputs', value: (e) => e * e, slope: (e) => 2 * e };
