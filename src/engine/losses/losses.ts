import { charbonnier } from './charbonnier';
import { fdpl } from './fdpl';
import { huber } from './huber';
import { l1 } from './l1';
import type { Loss } from './loss';
import { mse } from './mse';

/**
 * The losses that the lab knows: each is the mean over all outputs that count. The engines compute the same in
 * float32.
 */
export const losses = { mse, l1, charbonnier, huber, fdpl } satisfies Record<string, Loss>;

export type LossName = keyof typeof losses;

/** Their names, for `--help` and errors. */
export const lossNames = Object.keys(losses) as LossName[];
