import type { DataFrame } from 'danfojs-node';
import { optionalPackage } from '../optionalPackage';
import type { Scores } from '../protocols/protocol';

/**
 * Mean scores over the evaluation images, by measure. Infinite scores do not count; if all are infinite, the mean is,
 * too.
 */
export interface EpochScores {
  network: Scores;
  bicubic: Scores;
}

/** The results of one epoch. */
export interface EpochRecord {
  /** The number of the epoch, from 1. */
  epoch: number;
  /**
   * The mean training loss over the epoch's batches, each taken before its own step; of normalised values, 0 or more.
   */
  loss: number;
  /**
   * The mean loss over all validation patches after the epoch, by the averaged weights where the run keeps an average.
   */
  validationLoss: number;
  /**
   * Mean scores of the evaluation images by network and bicubic, such as PSNR in dB; null where no evaluation images
   * were given, or none of them could be read.
   */
  scores: EpochScores | null;
  /**
   * The first layer's learning rate at the epoch's last batch, as the schedule had made it; above 0, or 0 at its end.
   */
  learningRate: number;
  /** Seconds of training, validation and scores, without pauses. */
  seconds: number;
  /**
   * Seconds of these that validation and scores took; absent in a history that an older version wrote, as is `step`.
   */
  validationSeconds?: number;
  /** Batches since the run began, with this epoch's. */
  step?: number;
}

/** An epoch that has scores. */
export type ScoredEpoch = EpochRecord & { scores: EpochScores };

/** The epochs that have scores. */
export const scoredEpochs = (epochs: readonly EpochRecord[]): ScoredEpoch[] =>
  epochs.filter((record): record is ScoredEpoch => record.scores !== null);

/** What was done to a run while it trained. */
export interface RunEvent {
  /** Batches done when it happened: a change holds from the next batch on. */
  step: number;
  what: 'learningRate' | 'epochs' | 'minutes' | 'pause' | 'resume' | 'stop' | 'fork';
  /** The value or state before; of a fork, the folder of the run that was forked. */
  from: number | readonly number[] | string;
  /** The value or state after; of a fork, its folder. */
  to: number | readonly number[] | string;
}

/** The course of a run: the loss of one batch in `lossEvery`, and a record of each epoch. */
export interface History {
  losses: { step: number; loss: number }[];
  epochs: EpochRecord[];
  /**
   * Training steps in which each patch is seen once, an epoch of a run by epochs; undefined in a history that an
   * older version wrote.
   */
  batchesPerEpoch?: number;
  /** In the order in which they happened; absent where there are none. */
  events?: RunEvent[];
  /** In a run by minutes: the fraction of its time that had passed when the batch after `step` others began. */
  timeline?: { step: number; fraction: number }[];
  /**
   * Present where the validation or evaluation pictures were changed after epoch `after`: the best epoch up to then
   * with its scores on the new pictures. Scores of the epochs up to `after` cannot be compared with those of later
   * ones.
   */
  rescored?: { after: number; record: EpochRecord };
}

/**
 * The records whose scores are of the pictures that the run has now, so that they can be compared: all where none
 * changed.
 */
export function comparableEpochs({ epochs, rescored }: History): EpochRecord[] {
  return rescored ? [rescored.record, ...epochs.filter(({ epoch }) => epoch > rescored.after)] : epochs;
}

export function newHistory(): History {
  return { losses: [], epochs: [] };
}

/** An epoch's scores as columns of a table: psnr, ssim, bicubicPsnr, bicubicSsim; nothing where there are none. */
export function scoreColumns(scores: EpochScores | null): Record<string, number> {
  if (!scores) return {};
  const bicubic = Object.entries(scores.bicubic).map(([name, value]) => [
    `bicubic${name[0].toUpperCase()}${name.slice(1)}`,
    value,
  ]);
  return { ...scores.network, ...Object.fromEntries(bicubic) };
}

/** The epochs as a danfojs DataFrame, one column per field and measure. */
export function historyFrame(history: History): DataFrame {
  // Loaded when asked for: danfojs brings all of TensorFlow.js along.
  const danfo = optionalPackage<typeof import('danfojs-node')>('danfojs-node', 'to make DataFrames');
  const rows = history.epochs.map(({ scores, ...rest }) => ({ ...rest, ...scoreColumns(scores) }));
  return new danfo.DataFrame(rows);
}
