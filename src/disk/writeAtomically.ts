import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WriteError } from '../errors';
import { findTarget, type Target, temporaryBeside } from './target';
import { forgetTemporary, rememberTemporary } from './temporaries';
import { whyNotWritten } from './whyNotWritten';

/**
 * Writes a file whole or not at all: to a temporary name beside it, flushed, then renamed. A link is followed and
 * stays a link; a device or pipe, such as /dev/stdout, is written to directly. Throws WriteError; the old file
 * survives.
 */
export async function writeAtomically(file: string, bytes: Uint8Array | string): Promise<void> {
  try {
    const target = await findTarget(file);
    await mkdir(dirname(target.path), { recursive: true });
    await fillTarget(target, (path) => writeFlushed(path, bytes, target.replaceable));
  } catch (error) {
    throw new WriteError(
      `${file}: could not be written (${whyNotWritten(error)}); free some space or choose another folder`,
      { cause: error },
    );
  }
}

type Write = (target: string) => Promise<unknown>;

/**
 * Lets `write` fill a temporary file beside the place that `file` leads to, then renames it to that place. After an
 * error, or when the program exits, the temporary file is deleted. A device or pipe is filled directly.
 */
export async function writeTarget(file: string, write: Write): Promise<void> {
  await fillTarget(await findTarget(file), write);
}

async function fillTarget({ path, replaceable }: Target, write: Write): Promise<void> {
  if (!replaceable) return void (await write(path));
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

/** Writes the bytes and waits until they are on the disk, if the file is on a disk: a new one is. */
async function writeFlushed(file: string, bytes: Uint8Array | string, isNew: boolean): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(bytes);
    if (isNew || (await handle.stat()).isFile()) await handle.sync();
  } finally {
    await handle.close();
  }
}
