import { join } from 'node:path';
import { CheckpointError } from '../errors';
import type { TrainOptions } from '../recipes/recipes';
import { RUNS, runNames } from './findRuns';
import { optionText } from './optionText';
import { type Reached, reached } from './reached';
import { readRun, type SavedRun } from './readRun';

/** A run in one flat row: its options as text or numbers, and what it reached. */
export interface RunSummary extends Reached {
  name: string;
  network: string;
  initialization: string;
  optimizer: string;
  learningRate: string;
  schedule: string;
  batchSize: number;
  border: TrainOptions['border'];
  seed: number;
  epochs: number;
}

export interface RunsOptions {
  /** Called for each folder that is left out; without it, a warning is printed. */
  onSkipped?: (folder: string, reason: string) => void;
}

/**
 * The runs of a folder and of the sweeps in it, by name. A run whose history or options are missing or damaged is
 * left out and reported to `onSkipped`.
 */
export async function runs(folder = RUNS, { onSkipped = warn }: RunsOptions = {}): Promise<RunSummary[]> {
  const rows: RunSummary[] = [];
  for (const name of await runNames(folder)) {
    try {
      rows.push(summary(await readRun(join(folder, name), name)));
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      onSkipped(join(folder, name), error.message);
    }
  }
  return rows;
}

function summary({ name, options, history }: SavedRun): RunSummary {
  const { network, initialization, optimizer, learningRate, schedule, batchSize, border, seed, epochs } = options;
  const { psnr, ssim, validationLoss, minutes, ...others } = reached(history);
  // A wide table is cut off at the right, so the scores come first.
  return {
    name,
    psnr,
    ssim,
    validationLoss,
    minutes,
    network: String(optionText(network)),
    initialization,
    optimizer,
    learningRate: String(optionText(learningRate)),
    schedule,
    batchSize,
    border,
    seed,
    epochs,
    ...others,
  };
}

function warn(_folder: string, reason: string): void {
  console.warn(`left out: ${reason}`);
}
