import { join } from 'node:path';
import type { Engine } from '../engine/engine';
import { evaluate, type EvaluationRow } from '../evaluation/evaluate';
import { evaluationFiles, setsOf } from './evaluationSets';
import type { ResultRun } from './resultRun';
import { readScores, type ScoreRow, writeScores } from './scoreRows';

export interface ScoreOptions {
  /** The engine that computes the networks. */
  engine: Engine;
  /** Threads that read, degrade and score; all cores by default. */
  threads?: number;
  /** Called with messages for people, such as that a data set is not here. */
  onNote: (line: string) => void;
  /** Called after each picture of a set. */
  onProgress?: (set: string, done: number, total: number) => void;
  /** Bicubic's rows by protocol, scale and set, filled from run to run: they are the same for all. */
  bicubic: Map<string, EvaluationRow[]>;
}

/**
 * Scores a run's weights on the sets of its protocol and writes its scores.csv; the rows of a set that is not
 * installed stay as they are in that file.
 */
export async function scoreRun(run: ResultRun, options: ScoreOptions): Promise<ScoreRow[]> {
  const file = join(run.folder, 'scores.csv');
  const earlier = await readScores(file);
  const rows: ScoreRow[] = [];
  for (const set of setsOf(run.protocol)) {
    const files = await evaluationFiles(set, run.scale);
    if (Array.isArray(files)) rows.push(...(await scoreSet(run, set, files, options)));
    else {
      const kept = earlier.filter((row) => row.set === set);
      options.onNote(
        `${run.name}, ${set}: ${kept.length ? 'the scores of scores.csv stay' : 'no scores'}, as it cannot be ` +
          `evaluated here (${files.message})`,
      );
      rows.push(...kept);
    }
  }
  await writeScores(file, rows);
  return rows;
}

async function scoreSet(
  { name, model, protocol, scale }: ResultRun,
  set: string,
  files: string[],
  { engine, threads, onNote, onProgress, bicubic }: ScoreOptions,
): Promise<ScoreRow[]> {
  const key = `${protocol} x${scale} ${set}`;
  const { rows, skipped } = await evaluate(files, {
    protocol,
    scale,
    model,
    engine,
    threads,
    bicubic: bicubic.get(key),
    onProgress: onProgress && ((done, total) => onProgress(`${name}, ${set}`, done, total)),
  });
  for (const { file, reason } of skipped) onNote(`${name}, ${set}: skipped ${file}: ${reason}`);
  bicubic.set(key, rows);
  return rows.map((row) => ({ set, ...row }));
}
