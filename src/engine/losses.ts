/** A loss by its value and slope for one output; `error` is output minus target, in normalised units. */
export interface Loss {
  value(error: number): number;
  slope(error: number): number;
}

/** Charbonnier's loss is sqrt(e² + this²). */
export const CHARBONNIER = 1e-3;
/** The error from which on Huber's loss is linear. */
export const HUBER = 0.1;

/**
 * The losses that the lab knows: each is the mean over all outputs that count. The engines compute the same in
 * float32.
 */
export const losses = {
  /** Squared error. */
  mse: { value: (e) => e * e, slope: (e) => 2 * e },
  /** Absolute error. */
  l1: { value: Math.abs, slope: Math.sign },
  /** sqrt(e² + 1e-6), L1 with a smooth foot (Lai et al. 2017, arXiv 1704.03915). */
  charbonnier: { value: (e) => Math.hypot(e, CHARBONNIER), slope: (e) => e / Math.hypot(e, CHARBONNIER) },
  /** e² / 2 up to 0.1, linear beyond (Huber 1964). */
  huber: {
    value: (e) => (Math.abs(e) <= HUBER ? (e * e) / 2 : HUBER * (Math.abs(e) - HUBER / 2)),
    slope: (e) => Math.max(-HUBER, Math.min(HUBER, e)),
  },
} satisfies Record<string, Loss>;

export type LossName = keyof typeof losses;

/** Their names, for `--help` and errors. */
export const lossNames = Object.keys(losses) as LossName[];
