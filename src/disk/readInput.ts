import { lstat, readFile, readlink, stat } from 'node:fs/promises';
import { isStandardInput, readStandardInput } from './standardStreams';
import { isDescriptor } from './target';
import { whyNotRead } from './whyNotRead';

/** Node reads a file of up to 2 GB at once. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * All bytes of a file, of standard input (`-`) or of an open pipe (/dev/fd/63). Throws an Error in plain words for a
 * file that is missing, empty or above 2 GB, and for folders, devices and named pipes, because reading these might
 * never end.
 */
export async function readInput(file: string): Promise<Buffer> {
  const isPiped = isStandardInput(file);
  const bytes = isPiped ? await readStandardInput() : await readRegular(file);
  if (bytes.length === 0) throw new Error(isPiped ? 'it is empty; pipe a picture into it' : 'it is empty');
  return bytes;
}

async function readRegular(file: string): Promise<Buffer> {
  const about = await stat(file).catch(() => null);
  if (!about) throw new Error((await whyMissing(file)) ?? 'it is not there');
  if (about.isDirectory()) throw new Error('it is a folder');
  if (!about.isFile() && !isDescriptor(file))
    throw new Error('it is a pipe or device, not a file; pipe it in and give - instead');
  if (about.size > MOST_BYTES)
    throw new Error(`it has ${(about.size / 1e9).toFixed(1)} GB, and up to 2.1 GB are read; cut it into parts`);
  return readFile(file).catch((cause) => {
    throw new Error(whyNotRead(cause), { cause });
  });
}

/** Says in words why nothing is at a path; undefined if something is there. */
export async function whyMissing(path: string): Promise<string | undefined> {
  try {
    await stat(path);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      return (await lstat(path).catch(() => null))
        ? `it is a link to ${await readlink(path)}, which is not there`
        : 'no such file or folder';
    if (code === 'ENOTDIR') return 'no such file: a part of its path is a file, not a folder';
    if (code === 'EACCES' || code === 'EPERM') return 'no permission to look there';
    if (code === 'ELOOP') return 'it is a link that leads back to itself';
    return whyNotRead(error);
  }
}
