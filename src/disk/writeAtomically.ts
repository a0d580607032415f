import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WriteError } from '../errors';

/** Writes a file whole or not at all: to a temporary name beside it, flushed, then renamed. Throws WriteError; the old file survives. */
export async function writeAtomically(file: string, bytes: Uint8Array | string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new WriteError(
      `${file}: could not be written (${(error as Error).message}); free some space or choose another folder`,
      { cause: error },
    );
  }
}
