import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '../errors';
import { loadCheckpoint } from './checkpoint';
import { RUNS, runNames } from './findRuns';
import type { SavedRun } from './readRun';

/** A run with its folder, and its options in the form in which `train` continues it. */
export interface LastRun extends SavedRun {
  folder: string;
}

/**
 * The run with the newest checkpoint in a folder and in its sweeps: the one to continue after the kernel was restarted,
 * by `train(data, { ...run.options, folder: run.folder, resume: true })`. Throws DatasetError where no run has a
 * checkpoint, CheckpointError for a damaged one.
 */
export async function lastRun(folder = RUNS): Promise<LastRun> {
  const found = await Promise.all(
    (await runNames(folder)).map(async (name) => {
      const file = await stat(join(folder, name, 'checkpoint.bin')).catch(() => null);
      return { name, time: file?.mtimeMs ?? -1 };
    }),
  );
  const [newest] = found.sort((a, b) => b.time - a.time);
  if (!newest || newest.time < 0)
    throw new DatasetError(`no run in ${folder} has a checkpoint: nothing was trained there yet`);
  const path = join(folder, newest.name);
  const { options, history } = (await loadCheckpoint(path))!;
  return { name: newest.name, folder: path, options, history };
}
