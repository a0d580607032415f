import type { OutputLoss } from './loss';

/** Charbonnier's loss is sqrt(e² + this²). */
export const CHARBONNIER = 1e-3;

/** sqrt(e² + 1e-6), L1 with a smooth foot (Lai et al. 2017, arXiv 1704.03915). */
export const charbonnier: OutputLoss = {
  kind: 'outputs',
  value: (e) => Math.hypot(e, CHARBONNIER),
  slope: (e) => e / Math.hypot(e, CHARBONNIER),
};
