import { stat } from 'node:fs/promises';
import { datasetNames } from '../data/datasets';
import { showLeftOut } from './terminal';

/** Says which files of a folder are left out, and that the name of a data set hides a folder of the user's. */
export async function explainData(name: string): Promise<void> {
  if (!datasetNames.includes(name)) return showLeftOut(name);
  const isFolder = (await stat(name).catch(() => null))?.isDirectory();
  if (isFolder) console.error(`${name} means the data set of that name; for the folder ${name} here, write ./${name}`);
}
