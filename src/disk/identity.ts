import { stat } from 'node:fs/promises';

/**
 * The same text for all paths that lead to one file or folder, by links or in other letter case; undefined where
 * nothing is.
 */
export async function identityOf(path: string): Promise<string | undefined> {
  const about = await stat(path, { bigint: true }).catch(() => null);
  return about ? `${about.dev}:${about.ino}` : undefined;
}
