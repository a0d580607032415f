import { multiplyAdds } from '../network/geometry';
import { countWeights } from '../network/parameters';
import { reached } from '../runs/reached';
import { setsOf } from './evaluationSets';
import { markdownTable } from './markdown';
import type { ScoredRun } from './runTable';
import { meanOfSet } from './scoreRows';

/**
 * Runs of one protocol and scale that had the same time (results/equal-minutes), the best of the protocol's first set
 * at the top, in Markdown: what each network is, what it was given, and PSNR / SSIM on each set.
 */
export function equalMinutesTable(scored: readonly ScoredRun[]): string {
  if (!scored.length) return 'No run has been made yet.';
  const sets = setsOf(scored[0].run.protocol);
  const psnr = ({ rows }: ScoredRun) => meanOfSet(rows, sets[0])?.network?.psnr ?? 0;
  const head = ['run', 'loss', 'weights', 'multiply-adds per output pixel', 'minutes', 'batches', ...sets];
  const lines = [...scored]
    .sort((a, b) => psnr(b) - psnr(a))
    .map(({ run: { name, model, options, history }, rows }) => [
      `[${name}](equal-minutes/${encodeURI(name)}/)`,
      options.loss ?? 'mse',
      countWeights(model.network).toLocaleString('en'),
      Math.round(multiplyAdds(model.network)).toLocaleString('en'),
      reached(history).minutes.toFixed(1),
      `${(history.epochs.at(-1)?.step ?? 0).toLocaleString('en')} of ${options.batchSize}`,
      ...sets.map((set) => scoreText(meanOfSet(rows, set)?.network)),
    ]);
  const bicubic = sets.map((set) => scoreText(meanOfSet(scored[0].rows, set)?.bicubic));
  return markdownTable([head, ...lines, ['bicubic', '', '', '', '', '', ...bicubic]]);
}

const scoreText = (scores?: Readonly<Record<string, number>>) =>
  scores ? `${scores.psnr.toFixed(2)} / ${scores.ssim.toFixed(4)}` : '';
