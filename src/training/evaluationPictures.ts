import { evaluate, type EvaluationRow } from '../evaluation/evaluate';
import type { TrainingData } from './settings';

/** The evaluation pictures that can be scored, and bicubic's scores of them, which no epoch changes. */
export interface EvaluationPictures {
  files: string[];
  bicubic: EvaluationRow[];
}

interface CheckOptions {
  threads?: number;
  onNote: (message: string) => void;
  /** Called after each picture; an error that it throws ends the check. */
  onImage: () => void;
}

/**
 * Reads and scores all evaluation pictures once, before the first batch: in this way a damaged or too small picture
 * is reported at once, and not after an epoch that would be lost. Throws DatasetError when there are pictures and
 * none of them can be scored.
 */
export async function checkEvaluation(
  { evaluation = [], training }: TrainingData,
  { threads, onNote, onImage }: CheckOptions,
): Promise<EvaluationPictures> {
  if (!evaluation.length) return { files: [], bicubic: [] };
  const { protocol, scale, sigma } = training;
  const { rows, skipped } = await evaluate(evaluation, { protocol, scale, sigma, threads, onProgress: onImage });
  for (const { file, reason } of skipped) onNote(`the evaluation picture ${file} is left out: ${reason}`);
  const equal = rows.filter(({ bicubic }) => bicubic.psnr === Infinity).map(({ file }) => file);
  if (equal.length)
    onNote(`bicubic gives back ${equal.join(', ')} as it was: this PSNR is infinite, and left out of the mean`);
  const bad = new Set(skipped.map(({ file }) => file));
  return { files: evaluation.filter((file) => !bad.has(file)), bicubic: rows };
}
