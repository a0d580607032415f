/** How the learning rate changes by itself during a run. */
export const schedules = ['constant', 'cosine', 'plateau'] as const;
export type ScheduleName = (typeof schedules)[number];

export interface ScheduleOptions {
  /**
   * 'constant'; 'cosine': half a cosine from the learning rate to 0 (Loshchilov and Hutter 2017); 'plateau': the
   * learning rate is halved whenever the validation loss has not fallen for more than `patience` epochs.
   */
  schedule: ScheduleName;
  /** Epochs that the schedule 'plateau' waits for a lower validation loss: a whole number above 0, 3 by default. */
  patience?: number;
  /** Batches in which the learning rate grows evenly from 0 to its full height (Goyal et al. 2017); 0 by default. */
  warmUp?: number;
}

type Epochs = readonly { validationLoss: number }[];

/** Where a run stands when a batch begins. */
interface Place {
  /** How much of the run has passed, from 0 to 1. */
  fraction: number;
  /** Batches before it. */
  step: number;
  /** The epochs that were done. */
  epochs: Epochs;
}

/** The factor of all learning rates. */
export function scheduleFactor({ schedule, patience = 3, warmUp = 0 }: ScheduleOptions, place: Place): number {
  const { fraction, step, epochs } = place;
  const warm = step < warmUp ? (step + 1) / warmUp : 1;
  if (schedule === 'plateau') return warm * 0.5 ** plateaus(epochs, patience);
  return warm * (schedule === 'cosine' ? (1 + Math.cos(Math.PI * Math.min(1, fraction))) / 2 : 1);
}

/** How often the validation loss has not fallen for more than `patience` epochs in a row. */
function plateaus(epochs: Epochs, patience: number): number {
  let least = Infinity;
  let waited = 0;
  let count = 0;
  for (const { validationLoss } of epochs) {
    waited = validationLoss < least ? 0 : waited + 1;
    least = Math.min(least, validationLoss);
    if (waited <= patience) continue;
    count++;
    waited = 0;
  }
  return count;
}
