import { emptyBatch, fillBatch } from '../data/batches';
import type { PatchSet } from '../data/patches';
import type { Engine, LossOptions } from '../engine/engine';
import { DatasetError } from '../errors';
import { evaluate, type EvaluationRow } from '../evaluation/evaluate';
import type { EpochScores } from '../runs/history';
import type { TrainingData } from './settings';
import type { Model } from '../network/network';

interface MeanOptions extends LossOptions {
  batchSize: number;
  /**
   * Awaited before each batch, with the mean over the batches so far (NaN before the first); an error it throws ends
   * the sum.
   */
  onBatch: (loss: number) => void | Promise<void>;
}

/** The mean loss over all patches of a set, batch by batch. */
export async function meanLoss(
  patches: PatchSet,
  model: Model,
  engine: Engine,
  { batchSize, onBatch, ...lossOptions }: MeanOptions,
): Promise<number> {
  const order = Uint32Array.from({ length: patches.count }, (_, index) => index);
  let batch = emptyBatch();
  let sum = 0;
  for (let start = 0; start < patches.count; start += batchSize) {
    await onBatch(sum / start);
    const count = Math.min(batchSize, patches.count - start);
    batch = fillBatch(patches, order, start, count, model.normalization, batch);
    sum += count * (await engine.lossAndGradient(model, batch, null, lossOptions));
  }
  return sum / patches.count;
}

interface ScoreOptions {
  /** Bicubic's rows of an earlier epoch: they do not change. */
  bicubic?: EvaluationRow[];
  threads?: number;
  onNote: (message: string) => void;
  /** Called after each image; an error that it throws ends the evaluation. */
  onImage: () => void;
}

/**
 * The network's and bicubic's mean scores over the evaluation images, null where there are none. Images that have
 * become unreadable since training began are named: the epoch counts without their scores.
 */
export async function scoreEpoch(
  data: TrainingData,
  model: Model,
  engine: Engine,
  options: ScoreOptions,
): Promise<EpochScores | null> {
  const { evaluation, training } = data;
  if (!evaluation?.length) return null;
  const { bicubic, threads, onImage, onNote } = options;
  const evaluated = await evaluate(evaluation, {
    protocol: training.protocol,
    scale: training.scale,
    sigma: training.sigma,
    model,
    engine,
    bicubic,
    threads,
    onProgress: onImage,
  }).catch((error) => {
    if (!(error instanceof DatasetError)) throw error;
    onNote(`the epoch has no scores: ${error.message}`);
    return null;
  });
  if (!evaluated) return null;
  const { summary, skipped } = evaluated;
  for (const { file, reason } of skipped)
    onNote(`the evaluation picture ${file} is left out of the epoch's scores: ${reason}`);
  return { network: summary.network!, bicubic: summary.bicubic };
}
