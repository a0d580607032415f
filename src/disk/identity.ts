import { stat } from 'node:fs/promises';

/**
 * Returns the same text for all paths that lead to one file or folder, through links or in other letter case; undefined
 * if nothing is there.
 */
export async function identityOf(path: string): Promise<string | undefined> {
  const about = await stat(path, { bigint: true }).catch(() => null);
  return about ? `${about.dev}:${about.ino}` : undefined;
}
