import { writeAtomically } from '../disk/writeAtomically';
import { CheckpointError } from '../errors';
import type { EvaluationRow } from '../evaluation/evaluate';
import { type MeanScores, meanScores } from '../evaluation/meanScores';
import type { Scores } from '../protocols/protocol';
import { csvLine, readCsv } from './csv';

/** One image's scores in a run's scores.csv. */
export interface ScoreRow extends EvaluationRow {
  set: string;
}

const HEAD = 'set,file,method,psnr,ssim';

/** Writes rows as CSV, a line for bicubic and one for the network, scores to six decimals. Throws WriteError. */
export async function writeScores(file: string, rows: readonly ScoreRow[]): Promise<void> {
  const lines = rows.flatMap(({ set, file: image, bicubic, network }) => {
    const line = (method: string, { psnr, ssim }: Scores) =>
      csvLine([set, image, method, psnr.toFixed(6), ssim.toFixed(6)]);
    return [line('bicubic', bicubic), ...(network ? [line('network', network)] : [])];
  });
  await writeAtomically(file, [HEAD, ...lines, ''].join('\n'));
}

/**
 * The rows of a scores.csv, or no rows if the file does not exist. Throws CheckpointError for a file of another form.
 */
export async function readScores(file: string): Promise<ScoreRow[]> {
  const remedy = 'delete the file and run "srcnn results" again';
  const rows: ScoreRow[] = [];
  for (const [index, line] of (await readCsv(file, HEAD, ['psnr', 'ssim'], remedy)).entries()) {
    const { set, file: image, method } = line;
    const scores = { psnr: Number(line.psnr), ssim: Number(line.ssim) };
    const last = rows.at(-1);
    // Version 0.1 called the network's lines srcnn.
    if (method === 'bicubic') rows.push({ set, file: image, bicubic: scores });
    else if ((method === 'network' || method === 'srcnn') && last?.set === set && last.file === image)
      last.network = scores;
    else
      throw new CheckpointError(
        `${file}, line ${index + 2}: expected bicubic, or the network's line below bicubic's; ${remedy}`,
      );
  }
  return rows;
}

/** The means over a set's images, or null if there are no images. */
export function meanOfSet(rows: readonly ScoreRow[], set: string): MeanScores | null {
  const own = rows.filter((row) => row.set === set);
  return own.length ? meanScores(own) : null;
}
