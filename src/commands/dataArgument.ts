import { stat } from 'node:fs/promises';
import { datasetNames } from '../data/datasets';
import { showLeftOut } from './terminal';

/**
 * Says that the name of a data set hides a folder of the user's. It comes before the data set is looked for: where it
 * is not there, the error alone would not explain why the folder was not taken.
 */
export async function explainHiddenFolder(name: string): Promise<void> {
  if (!datasetNames.includes(name)) return;
  const isFolder = (await stat(name).catch(() => null))?.isDirectory();
  if (isFolder) console.error(`${name} means the data set of that name; for the folder ${name} here, write ./${name}`);
}

/** Says which files of a folder are left out. */
export async function explainLeftOut(name: string): Promise<void> {
  if (!datasetNames.includes(name)) await showLeftOut(name);
}
