import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WriteError } from '../errors';
import { findTarget, temporaryBeside } from './target';
import { forgetTemporary, rememberTemporary } from './temporaries';

/**
 * Writes a file whole or not at all: to a temporary name beside it, flushed, then renamed. A link is followed and stays a link; a
 * device or pipe, such as /dev/stdout, is written to directly. Throws WriteError; the old file survives.
 */
export async function writeAtomically(file: string, bytes: Uint8Array | string): Promise<void> {
  try {
    const { path, replaceable } = await findTarget(file);
    await mkdir(dirname(path), { recursive: true });
    if (replaceable) await replaceFile(path, (temporary) => writeFlushed(temporary, bytes));
    else await writeFlushed(path, bytes);
  } catch (error) {
    throw new WriteError(
      `${file}: could not be written (${(error as Error).message}); free some space or choose another folder`,
      { cause: error },
    );
  }
}

/** Lets `write` fill a temporary file beside `path`, then renames it to `path`. After an error, or an exit, nothing is left of it. */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = temporaryBeside(path);
  rememberTemporary(temporary);
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    forgetTemporary(temporary);
  }
}

/** Writes the bytes and waits until they are on the disk, where the file is on one. */
export async function writeFlushed(file: string, bytes: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(bytes);
    if ((await handle.stat()).isFile()) await handle.sync();
  } finally {
    await handle.close();
  }
}
