import { datasetNames } from '../data/datasets';
import { showLeftOut } from './terminal';

/** Says which files of a folder are left out. */
export async function explainLeftOut(name: string): Promise<void> {
  if (!datasetNames.includes(name)) await showLeftOut(name);
}
