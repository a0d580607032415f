import { CheckpointError } from '../errors';
import type { EvaluationRow } from '../evaluation/evaluate';
import { type MeanScores, meanScores } from '../evaluation/meanScores';
import { writeAtomically } from '../disk/writeAtomically';
import { csvLine, readCsv } from './csv';

/** One image's score in a run's scores.csv. */
export interface ScoreRow extends EvaluationRow {
  set: string;
}

const HEAD = 'set,file,method,psnr,ssim';

/** Writes rows as CSV, scores to six decimals. Throws WriteError. */
export async function writeScores(file: string, rows: readonly ScoreRow[]): Promise<void> {
  const lines = rows.map(({ set, file: image, method, psnr, ssim }) => csvLine([set, image, method, psnr.toFixed(6), ssim.toFixed(6)]));
  await writeAtomically(file, [HEAD, ...lines, ''].join('\n'));
}

/** The rows of a scores.csv, none where there is no such file. Throws CheckpointError for a file that is something else. */
export async function readScores(file: string): Promise<ScoreRow[]> {
  const remedy = 'delete the file and run "srcnn report" again';
  const rows = await readCsv(file, HEAD, ['psnr', 'ssim'], remedy);
  return rows.map(({ set, file: image, method, psnr, ssim }, index) => {
    if (method !== 'bicubic' && method !== 'srcnn') throw new CheckpointError(`${file}, line ${index + 2}: the method should be bicubic or srcnn; ${remedy}`);
    return { set, file: image, method, psnr: Number(psnr), ssim: Number(ssim) };
  });
}

/** The mean over a set's images, or null where there are none. */
export function meanScore(rows: readonly ScoreRow[], set: string, method: ScoreRow['method']): MeanScores | null {
  const own = rows.filter((row) => row.set === set && row.method === method);
  return own.length ? meanScores(own) : null;
}
