/** A loss by its value and slope for one output; `error` is output minus target, in normalised units. */
export interface OutputLoss {
  kind: 'outputs';
  value(error: number): number;
  slope(error: number): number;
}

/**
 * A loss by the frequencies of blocks of 8x8 outputs: the sum of each frequency's square times its weight. `errors` are
 * 64 outputs minus targets row by row, in normalised units; weights are [vertical][horizontal frequency].
 */
export interface FrequencyLoss {
  kind: 'frequencies';
  /**
   * The 64 weights, whose mean is 1. `change` says how much the degradation changes each frequency; all 1 by default.
   */
  weights(change?: ArrayLike<number>): Float64Array;
  value(errors: ArrayLike<number>, weights: ArrayLike<number>): number;
  /** The derivative with respect to each of the 64 outputs. */
  slopes(errors: ArrayLike<number>, weights: ArrayLike<number>): Float64Array;
}

export type Loss = OutputLoss | FrequencyLoss;
