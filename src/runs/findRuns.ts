import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { whyNotRead } from '../disk/whyNotRead';
import { DatasetError } from '../errors';

/** The folder of runs, unless another one is given. */
export const RUNS = join('results', 'runs');
const FILES = ['history.json', 'options.json', 'checkpoint.bin'];

/** Whether a folder holds a file of a run. */
export async function holdsRun(folder: string): Promise<boolean> {
  const found = await Promise.all(FILES.map((file) => stat(join(folder, file)).catch(() => null)));
  return found.some(Boolean);
}

/**
 * The names of the folders in `folder` that hold a run, or hold nothing. A folder whose subfolders hold runs is a
 * sweep, and its runs are named sweep/run. Throws DatasetError where `folder` cannot be listed; [] where it does not
 * exist.
 */
export async function runNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await subfolders(folder)) {
    const inner: string[] = [];
    if (!(await holdsRun(join(folder, name))))
      // A folder that cannot be listed does not hide the others: its error appears when its run is read.
      for (const part of await subfolders(join(folder, name)).catch(() => []))
        if (await holdsRun(join(folder, name, part))) inner.push(`${name}/${part}`);
    names.push(...(inner.length ? inner : [name]));
  }
  return names;
}

async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new DatasetError(`${folder}: its runs cannot be listed (${whyNotRead(error)}); give a folder`, {
      cause: error,
    });
  }
}
