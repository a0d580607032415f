import { readFile } from 'node:fs/promises';
import { CheckpointError } from '../errors';
import type { EvaluationRow } from '../evaluation/evaluate';
import { writeAtomically } from '../training/checkpoint';

/** One image's score in a run's scores.csv. */
export interface ScoreRow extends EvaluationRow {
  set: string;
}

const HEAD = 'set,file,method,psnr,ssim';

/** Writes rows as CSV, scores to six decimals. Throws WriteError. */
export async function writeScores(file: string, rows: readonly ScoreRow[]): Promise<void> {
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const lines = rows.map(({ set, file: image, method, psnr, ssim }) => [quote(set), quote(image), method, psnr.toFixed(6), ssim.toFixed(6)].join(','));
  await writeAtomically(file, [HEAD, ...lines, ''].join('\n'));
}

/** The rows of a scores.csv, none where there is no such file. Throws CheckpointError for a file that is something else. */
export async function readScores(file: string): Promise<ScoreRow[]> {
  const text = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw new CheckpointError(`${file}: cannot be read (${error.message})`, { cause: error });
  });
  const [head, ...lines] = text.trim().split(/\r?\n/);
  if (!head) return [];
  const refuse = (line: number): never => {
    throw new CheckpointError(`${file}, line ${line}: is not what "srcnn report" writes; delete the file and report again`);
  };
  if (head !== HEAD) refuse(1);
  return lines.map((line, index) => {
    const [set, image, method, psnr, ssim] = fields(line);
    const row = { set, file: image, method, psnr: number(psnr), ssim: number(ssim) };
    if ((method !== 'bicubic' && method !== 'srcnn') || Number.isNaN(row.psnr + row.ssim)) refuse(index + 2);
    return row as ScoreRow;
  });
}

const number = (text = '') => (text === '' ? NaN : Number(text));

/** A line's fields; one with a comma or a quotation mark stands in quotation marks. */
function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replace(/""/g, '"') ?? plain);
}

export interface MeanScore {
  images: number;
  psnr: number;
  ssim: number;
}

/** The mean over a set's images, or null where there are none. */
export function meanScore(rows: readonly ScoreRow[], set: string, method: ScoreRow['method']): MeanScore | null {
  const own = rows.filter((row) => row.set === set && row.method === method);
  const mean = (name: 'psnr' | 'ssim') => own.reduce((sum, row) => sum + row[name], 0) / own.length;
  return own.length ? { images: own.length, psnr: mean('psnr'), ssim: mean('ssim') } : null;
}
