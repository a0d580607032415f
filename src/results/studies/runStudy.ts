import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine } from '../../engine/choose';
import type { Engine } from '../../engine/engine';
import { DatasetError } from '../../errors';
import { loadRun } from '../../runs/readRun';
import { train } from '../../training/train';
import { scoreColours } from './colourScores';
import { type Study, studyOf, type StudyRun } from './study';
import { StudyData } from './studyData';
import { type StudyRow, studyRows } from './studyRows';

export interface StudyOptions {
  /** The folder that holds a folder for each study; a run that has ended there is not trained again. */
  folder: string;
  /** Minutes of training for each run. */
  minutes: number;
  /** A data set or folder in place of the study's: its own pictures validate and are scored. */
  dataset?: string;
  /** The engine that computes. Without it, one is chosen, and closed at the end. */
  engine?: Engine;
  /** Called with the rows so far after each run. */
  onProgress?: (rows: StudyRow[]) => void;
  /**
   * Called where a run is left out because its data set is not here, and where one that has ended had other minutes;
   * printed by default.
   */
  onNote?: (message: string) => void;
}

/**
 * Trains the runs of a study, given by its name or as an object, one after another, each by the recipe `tuned` for the
 * same minutes under the protocol paper at x3, and returns what they reached. Without `dataset` BSDS500 val picks the
 * weights and Set5 is scored. It continues where it was interrupted. Throws DatasetError where the study's own data set
 * is not here, UnknownNameError for a study.
 */
export async function runStudy(named: string | Study, options: StudyOptions): Promise<StudyRow[]> {
  const study = studyOf(named);
  const { folder, dataset, onProgress, onNote = console.log } = options;
  const data = new StudyData(study, dataset);
  const engine = options.engine ?? (await createEngine());
  const ended: StudyRun[] = [];
  try {
    for (const run of study.runs) {
      try {
        await trainRun(run, data, { ...options, folder: join(folder, study.name), engine, onNote });
      } catch (error) {
        // A set that only this run wants, such as T91, may be left out; the study's own may not.
        if (!(error instanceof DatasetError) || run.data === undefined) throw error;
        onNote(`${run.name} is left out: ${error.message}`);
        continue;
      }
      if (study.scored === 'colours') await scoreColours(run, join(folder, study.name), await data.scored(), engine);
      ended.push(run);
      onProgress?.(await studyRows({ ...study, runs: ended }, folder));
    }
  } finally {
    if (!options.engine) await engine.close();
  }
  return studyRows({ ...study, runs: ended }, folder);
}

/** Trains a run unless it has ended; its checkpoints are then removed, as nobody continues it. */
async function trainRun(run: StudyRun, data: StudyData, options: StudyOptions): Promise<void> {
  const folder = join(options.folder, run.name);
  const there = (file: string) => stat(join(folder, file)).catch(() => null);
  const { network } = run;
  const { minutes, engine, onNote } = options;
  if ((await there('weights.safetensors')) && !(await there('checkpoint.bin'))) {
    const { options: before } = await loadRun(run.name, options.folder);
    if (before.minutes !== minutes)
      onNote?.(`${folder} has ended after ${before.minutes} minutes, not ${minutes}; delete it to train it again`);
    return;
  }
  await train(await data.of(run), { network, minutes, folder, resume: true, engine }).done;
  for (const file of ['checkpoint.bin', 'checkpoint.previous.bin']) await rm(join(folder, file), { force: true });
}
