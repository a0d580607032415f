import { emptyBatch, fillBatch } from '../data/batches';
import type { PatchSet } from '../data/patches';
import type { Engine } from '../engine/engine';
import { DatasetError } from '../errors';
import { evaluate, type EvaluationRow } from '../evaluation/evaluate';
import type { EpochRecord } from '../runs/history';
import type { TrainingData } from './settings';
import type { Model } from '../network/network';

interface LossOptions {
  batchSize: number;
  border: number;
  /** Called before each batch; what it throws ends the sum. */
  onBatch: () => void;
}

/** The mean squared error over all patches of a set, batch by batch. */
export async function meanLoss(
  patches: PatchSet,
  model: Model,
  engine: Engine,
  { batchSize, border, onBatch }: LossOptions,
): Promise<number> {
  const order = Uint32Array.from({ length: patches.count }, (_, index) => index);
  let batch = emptyBatch();
  let sum = 0;
  for (let start = 0; start < patches.count; start += batchSize) {
    onBatch();
    const count = Math.min(batchSize, patches.count - start);
    batch = fillBatch(patches, order, start, count, model.normalization, batch);
    sum += count * (await engine.lossAndGradient(model, batch, null, { border }));
  }
  return sum / patches.count;
}

interface ScoreOptions {
  /** Bicubic's rows of an earlier epoch: they do not change. */
  bicubic?: EvaluationRow[];
  threads?: number;
  onNote: (message: string) => void;
  /** Called after each image; what it throws ends the evaluation. */
  onImage: () => void;
}

const noScores = { psnr: null, ssim: null, bicubicPsnr: null, bicubicSsim: null };

/**
 * The network's and bicubic's mean scores over the evaluation images, null where there are none. Images that have
 * become
 * unreadable since training began are named: the epoch counts without their scores.
 */
export async function scoreEpoch(
  data: TrainingData,
  model: Model,
  engine: Engine,
  options: ScoreOptions,
): Promise<Pick<EpochRecord, 'psnr' | 'ssim' | 'bicubicPsnr' | 'bicubicSsim'>> {
  const { evaluation, training } = data;
  if (!evaluation?.length) return noScores;
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
  if (!evaluated) return noScores;
  const { summary, skipped } = evaluated;
  for (const { file, reason } of skipped)
    onNote(`the evaluation picture ${file} is left out of the epoch's scores: ${reason}`);
  return {
    psnr: summary.network?.psnr ?? null,
    ssim: summary.network?.ssim ?? null,
    bicubicPsnr: summary.bicubic.psnr ?? null,
    bicubicSsim: summary.bicubic.ssim ?? null,
  };
}
