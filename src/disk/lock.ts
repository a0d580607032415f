import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LockedError, WriteError } from '../errors';

interface Owner {
  host: string;
  process: number;
  /** When the process began, in the system's own terms: tells it from a later one with its number. Null where the system does not say. */
  began: string | null;
  since: string;
}

/** Locks of this very process: its own process number says nothing about them. */
const held = new Set<string>();

/**
 * Takes a folder, made where there is none, for this process by a file of that name in it; returns what gives it back. LockedError
 * names the owner and its deed, as in "trains there", when another process of this machine or a call in this one has it; a lock whose
 * owner has ended is taken over.
 */
export async function takeLock(folder: string, name: string, deed: string): Promise<() => Promise<void>> {
  const file = join(await madeFolder(folder), name);
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await take(file)) {
      held.add(file);
      return async () => {
        held.delete(file);
        await rm(file, { force: true });
      };
    }
    const owner = await ownerOf(file);
    if (owner && (await lives(owner, file))) {
      throw new LockedError(
        `${folder}: process ${owner.process} on ${owner.host} ${deed} since ${owner.since}; wait for its end, stop it, use another folder, or delete ${file} if it is gone`,
      );
    }
    await removeStale(file, owner);
  }
  throw new LockedError(`${folder}: others keep taking ${name}; use another folder`);
}

/** The folder by one name, however it was given. */
async function madeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    return await realpath(folder);
  } catch (error) {
    throw new WriteError(`${folder}: could not be made (${(error as Error).message}); choose another folder`, {
      cause: error,
    });
  }
}

/** The lock appears with its owner already in it, so that nobody finds it empty and thinks it torn. */
async function take(file: string): Promise<boolean> {
  const owner: Owner = {
    host: hostname(),
    process: process.pid,
    began: await beginOf(process.pid),
    since: new Date().toISOString(),
  };
  const written = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(written, JSON.stringify(owner) + '\n');
    await appear(written, file);
    return true;
  } catch (error) {
    // ENOENT: the owner has just swept its folder, and this process's file with it.
    if (['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw new WriteError(
      `${file}: could not be written (${(error as Error).message}); free some space or choose another folder`,
      { cause: error },
    );
  } finally {
    await rm(written, { force: true }).catch(() => undefined);
  }
}

/** Gives a file a second name that nobody else has; where the file system knows no second names, as on a mounted cloud drive, a copy. */
async function appear(written: string, file: string): Promise<void> {
  await link(written, file).catch((error) => {
    if (['EEXIST', 'ENOENT'].includes(error.code)) throw error;
    return copyFile(written, file, constants.COPYFILE_EXCL);
  });
}

/** Another process may take the lock over at the same time: what is removed must still be the one that was looked at. */
async function removeStale(file: string, owner: Owner | null): Promise<void> {
  const aside = `${file}.${randomUUID()}.tmp`;
  try {
    await rename(file, aside);
    if (JSON.stringify(await ownerOf(aside)) !== JSON.stringify(owner)) await appear(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw new WriteError(`${file}: could not be replaced (${(error as Error).message}); choose another folder`, {
        cause: error,
      });
  } finally {
    await rm(aside, { force: true });
  }
}

/** A lock that cannot be read was torn by a crash: it has no owner. */
async function ownerOf(file: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
}

async function lives(owner: Owner, file: string): Promise<boolean> {
  // Another machine's processes cannot be seen from here: its lock is believed.
  if (owner.host !== hostname()) return true;
  if (owner.process === process.pid) return held.has(file);
  try {
    process.kill(owner.process, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const began = await beginOf(owner.process);
  return !owner.began || !began || owner.began === began;
}

/** Linux: the boot, and the clock ticks after it at which a process began (proc(5), stat's field 22). */
async function beginOf(pid: number): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}
