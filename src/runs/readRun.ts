import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { whyNotRead } from '../disk/whyNotRead';
import { CheckpointError, DatasetError, OptionError, UnknownNameError } from '../errors';
import { scoresFromJson } from '../evaluation/scoreJson';
import type { TrainOptions } from '../recipes/recipes';
import { wrongHistory, wrongOptions } from './checkFiles';
import { currentHistory, currentOptions } from './earlier';
import { holdsRun, RUNS, runNames } from './findRuns';
import type { History } from './history';

/** A run's options and its history. */
export interface SavedRun {
  name: string;
  options: TrainOptions;
  history: History;
}

/**
 * A trained run by its name in `folder`, or by the path of its own folder. Throws UnknownNameError, which lists the
 * existing runs, or CheckpointError when the run's files are damaged.
 */
export async function loadRun(nameOrFolder: string, folder = RUNS): Promise<SavedRun> {
  if (!nameOrFolder) throw new OptionError("the run's name is empty; give the name of a run, or its folder");
  for (const candidate of [join(folder, nameOrFolder), nameOrFolder]) {
    if (await holdsRun(candidate))
      return readRun(candidate, candidate === nameOrFolder ? basename(candidate) : nameOrFolder);
  }
  const known = await runNames(folder);
  throw known.length
    ? new UnknownNameError('run', nameOrFolder, known)
    : new DatasetError(`no run ${nameOrFolder}: nothing was trained in ${folder} yet`);
}

/** Reads the run of a folder. Throws CheckpointError when its files are missing or damaged. */
export async function readRun(folder: string, name: string): Promise<SavedRun> {
  const history = await readJson<History>(join(folder, 'history.json'), wrongHistory);
  return { name, options: await readJson<TrainOptions>(join(folder, 'options.json'), wrongOptions), history };
}

async function readJson<Content>(file: string, wrong: (content: unknown) => string | undefined): Promise<Content> {
  let content: unknown;
  try {
    content = currentOptions(currentHistory(scoresFromJson(await readFile(file, 'utf8'))));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? 'is not there: nothing was trained so far' : `cannot be read (${whyNotRead(error)})`;
    throw new CheckpointError(`${file} ${why}; resume the run to write it again, or delete its folder`, {
      cause: error,
    });
  }
  const reason = wrong(content);
  if (reason)
    throw new CheckpointError(
      `${file} is not what a run writes: ${reason}; resume the run to write it again, or delete its folder`,
    );
  return content as Content;
}
