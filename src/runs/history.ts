import type { DataFrame } from 'danfojs-node';
import { optionalPackage } from '../optionalPackage';

/**
 * What one epoch reached; scores are null where no evaluation images were given. PSNR in dB, the mean of the finite
 * ones,
 * Infinity where every image equals its original.
 */
export interface EpochRecord {
  epoch: number;
  loss: number;
  validationLoss: number;
  psnr: number | null;
  ssim: number | null;
  bicubicPsnr: number | null;
  bicubicSsim: number | null;
  learningRate: number;
  seconds: number;
}

/** A run's course: the loss of a batch every so many steps, and a record per epoch. */
export interface History {
  losses: { step: number; loss: number }[];
  epochs: EpochRecord[];
  /**
   * Present where the validation or evaluation pictures were changed after epoch `after`: the best epoch up to then
   * with
   * its scores on the new pictures. Scores of the epochs up to `after` cannot be compared with those of later ones.
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

/** The epochs as a danfojs DataFrame, one column per field. */
export function historyFrame(history: History): DataFrame {
  // Loaded when asked for: danfojs brings all of TensorFlow.js along.
  const danfo = optionalPackage<typeof import('danfojs-node')>('danfojs-node', 'to make DataFrames');
  return new danfo.DataFrame(history.epochs);
}
