import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import { DatasetError } from '../errors';
import { stampWeights } from '../formats/weights';
import { writeAtomically } from '../disk/writeAtomically';
import { reached } from '../runs/reached';
import { branchesTable } from './branchesTable';
import { equalMinutesTable } from './equalMinutesTable';
import { setsOf } from './evaluationSets';
import { replaceMarked } from './markedText';
import { readmeTemplate } from './readmeTemplate';
import { type PublishedScore, readPublished } from './published';
import { readReportEpochs, reportTable } from './reportEpochs';
import { type ResultRun, resultRuns } from './resultRun';
import { saveRunFigures } from './runFigures';
import { runTable, type ScoredRun } from './runTable';
import { meanOfSet, readScores, type ScoreRow } from './scoreRows';
import { type ScoreOptions, scoreRun } from './scoreRun';
import { triedTable } from './triedTable';
import { untilTable } from './untilTable';

export interface ResultsOptions extends Pick<ScoreOptions, 'threads' | 'onProgress'> {
  /**
   * Takes the scores of each run from its scores.csv instead of scoring its weights; a run without that file is scored.
   */
  scoresFromCsv?: boolean;
  /** The engine that computes. Without it, one is chosen, and closed at the end. */
  engine?: Engine;
  /** Called with messages for people, such as that a data set is not here; they are printed by default. */
  onNote?: (line: string) => void;
}

/**
 * Scores the weights of every run in a folder of runs, draws its figures, writes scores and provenance into the header
 * of its weights, and renews the tables in the folder's README.md. Throws DatasetError if there is no run.
 */
export async function writeResults(results = 'results', options: ResultsOptions = {}): Promise<ScoredRun[]> {
  const runs = await resultRuns(results);
  if (!runs.length)
    throw new DatasetError(
      `${results}: holds no run; a run's folder has options.json, history.json and weights.safetensors`,
    );
  const engine = options.engine ?? (await createEngine(undefined, options));
  try {
    const settings: ScoreOptions = { onNote: console.log, ...options, engine, bicubic: new Map() };
    const score = async (run: ResultRun): Promise<ScoredRun> => {
      const kept = options.scoresFromCsv ? await readScores(join(run.folder, 'scores.csv')) : [];
      const rows = kept.length ? kept : await scoreRun(run, settings);
      await stampWeights(join(run.folder, 'weights.safetensors'), provenance(run, rows));
      return { run, rows };
    };
    const scored: ScoredRun[] = [];
    for (const run of runs) {
      scored.push(await score(run));
      await saveRunFigures(run, engine);
    }
    const timed: ScoredRun[] = [];
    const equalMinutes = join(results, 'equal-minutes');
    for (const run of existsSync(equalMinutes) ? await resultRuns(equalMinutes) : []) timed.push(await score(run));
    await writeReadme(join(results, 'README.md'), scored, timed);
    return scored;
  } finally {
    if (!options.engine) await engine.close();
  }
}

/**
 * The entries of a weights file's header: run, protocol, scale, and the scores as "Set5 32.7500 dB / 0.90000 (5
 * images), ...".
 */
function provenance(
  { name, protocol, scale, data, machine, history }: ResultRun,
  rows: ScoreRow[],
): Record<string, string> {
  const scores = setsOf(protocol).flatMap((set) => {
    const { network, images } = meanOfSet(rows, set) ?? {};
    return network ? [`${set} ${network.psnr.toFixed(4)} dB / ${network.ssim.toFixed(5)} (${images} images)`] : [];
  });
  const { epochsDone, minutes } = reached(history);
  return {
    run: name,
    protocol,
    scale: String(scale),
    data,
    scores: scores.join(', '),
    trained: `${epochsDone} epochs, ${minutes.toFixed(0)} minutes${machine ? `, ${machine}` : ''}`,
  };
}

async function writeReadme(file: string, scored: ScoredRun[], timed: ScoredRun[]): Promise<void> {
  const before = await readFile(file, 'utf8').catch(() => readmeTemplate);
  const published = await readPublished(join(dirname(file), 'published.csv'));
  const withRuns = replaceMarked(
    before,
    'the runs',
    [explanations, ...sources(published), runTable(scored, published)].join('\n\n'),
    file,
  );
  const withUntil = replaceMarked(withRuns, 'the minutes', untilTable(scored, published), file);
  const withTimed = replaceMarked(withUntil, 'equal minutes', equalMinutesTable(timed), file);
  const branches = await branchesTable(join(dirname(file), 'branches.csv'));
  const withBranches = replaceMarked(withTimed, 'the branches', branches, file);
  const withTried = replaceMarked(withBranches, 'the tried', await triedTable(join(dirname(file), 'tried')), file);
  await writeAtomically(file, replaceMarked(withTried, 'the epochs', await epochTables(scored), file));
}

const explanations = `Scores are PSNR in dB / SSIM, the mean over the pictures of each set. Protocol report \
scores RGB of pictures that were
blurred and shrunk by Pillow. Protocol paper, that of Dong et al., scores Y of pictures that were shrunk as by MATLAB.
Scores of different protocols or scales cannot be compared.

**The report's 219 pictures contain the 200 of BSDS500 train. The report trained on them, and so did every run with the
report's training set: their column says how well a network knows pictures that it has seen.** No recipe trains on
BSDS500 val, Set5 and Set14, so these scores are clean, except that BSDS500 val (the photographs of BSD100) selects the
epoch whose weights are kept.`;

/** The sources of the published scores, set by set. */
function sources(all: readonly PublishedScore[]): string[] {
  const published = all.filter(({ bicubic }) => bicubic === null);
  const setsOf = (source: string) =>
    [...new Set(published.filter((score) => score.source === source).map(({ set }) => set))].join(' and ');
  const sets = [...new Set(published.map(({ source }) => source))].map((source) => `${setsOf(source)} by ${source}`);
  return sets.length ? [`Rows "as published" have the scores in published.csv: ${sets.join('; ')}.`] : [];
}

async function epochTables(scored: ScoredRun[]): Promise<string> {
  const parts: string[] = [];
  for (const { run } of scored) {
    const epochs = await readReportEpochs(join(run.folder, 'report-epochs.csv'));
    if (epochs.length)
      parts.push(
        `This table shows [${run.name}](${encodeURI(run.name)}/) beside the numbers that the report printed, which ` +
          `are in the run's report-epochs.csv.\n${reportTable(run.history, epochs)}`,
      );
  }
  return parts.join('\n\n') || "No run here repeats the report's.";
}
