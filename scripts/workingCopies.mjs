import { constants } from 'node:fs';
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where notebooks are run by hand: git ignores it, and ../results is the same folder from here as from notebooks/. */
export const workingFolder = 'my-notebooks';

/**
 * Copies the notebooks that have no working copy yet; existing copies stay as they are, with their changes. Returns
 * the copied names.
 */
export async function makeWorkingCopies(root) {
  await mkdir(join(root, workingFolder), { recursive: true });
  const notebooks = (await readdir(join(root, 'notebooks'))).filter((name) => name.endsWith('.ipynb'));
  const present = new Set(await readdir(join(root, workingFolder)));
  const missing = notebooks.filter((name) => !present.has(name)).sort();
  for (const name of missing) {
    await copyFile(join(root, 'notebooks', name), join(root, workingFolder, name), constants.COPYFILE_EXCL);
  }
  return missing;
}
