import { hostname } from 'node:os';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LockedError, WriteError } from '../errors';

interface Owner {
  host: string;
  process: number;
  since: string;
}

/** Folders this very process trains in: its own process number says nothing about them. */
const held = new Set<string>();

/**
 * Takes a run's folder for this process, by the file run.lock; returns what gives it back. LockedError names the owner when another
 * process of this machine trains there; a lock whose owner has ended is taken over.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'run.lock');
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw new WriteError(`${folder}: could not be made (${error.message}); choose another folder`, { cause: error });
  });
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await take(file)) {
      held.add(file);
      return async () => {
        held.delete(file);
        await rm(file, { force: true });
      };
    }
    const owner = await ownerOf(file);
    if (owner && lives(owner, file)) {
      throw new LockedError(`${folder}: process ${owner.process} on ${owner.host} trains there since ${owner.since}; stop it, use another folder, or delete ${file} if it is gone`);
    }
    await rm(file, { force: true });
  }
  throw new LockedError(`${folder}: others keep taking its lock; use another folder`);
}

async function take(file: string): Promise<boolean> {
  const owner: Owner = { host: hostname(), process: process.pid, since: new Date().toISOString() };
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(JSON.stringify(owner) + '\n').finally(() => handle.close());
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new WriteError(`${file}: could not be written (${(error as Error).message}); free some space or choose another folder`, { cause: error });
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

function lives(owner: Owner, file: string): boolean {
  // Another machine's processes cannot be seen from here: its lock is believed.
  if (owner.host !== hostname()) return true;
  if (owner.process === process.pid) return held.has(file);
  try {
    process.kill(owner.process, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
