import type { Evaluation } from '../../../src/evaluation/evaluate';
import { meanScores } from '../../../src/evaluation/meanScores';

/** What `evaluate` returns for pictures 0.png, 1.png and so on, from [bicubic, network] of each, by measure. */
export function evaluationOf(scores: Readonly<Record<string, readonly (readonly number[])[]>>): Evaluation {
  const [first] = Object.values(scores);
  const of = (picture: number, which: 0 | 1) =>
    Object.fromEntries(Object.entries(scores).map(([measure, pairs]) => [measure, pairs[picture][which]]));
  const rows = first.map((_, i) => ({ file: `${i}.png`, bicubic: of(i, 0), network: of(i, 1) }));
  return { protocol: 'report', scale: 3, sigma: 1, rows, summary: meanScores(rows), skipped: [] };
}
