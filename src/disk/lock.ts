import { createHash, randomUUID } from 'node:crypto';
import { link, lstat, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LockedError, WriteError } from '../errors';
import { type Owner, ownerIn, ownerLives, thisProcess } from './lockOwner';
import { whyNotRead } from './whyNotRead';
import { whyNotWritten } from './whyNotWritten';

/**
 * A lock is a chain of files. The first is the lock file itself. When its owner has ended, a successor is a file whose
 * name is derived from the content of all files before it, so exactly one process can make it. The last file of the
 * chain names the owner. Two rules keep a lock from being held by two: every content is unique, so a lock file that was
 * replaced never comes back; and a successor is removed only when the lock file is no longer the one for which it was
 * made.
 */
interface Link {
  file: string;
  content: string;
}

/**
 * A process that found an unreadable lock looks again after this many milliseconds: its owner may have been writing it
 * at that moment.
 */
const WRITING_MS = 1000;
const ATTEMPTS = 20;

/**
 * Takes a folder, which is made if it is missing, for this process by a file called `name` in it. Returns the function
 * that gives the folder back. Throws LockedError, which names the owner and its activity (as in "trains there"), when
 * another process of this machine, or another call in this process, has it, or another machine has it. A lock whose
 * owner has ended, or that names no owner, is taken over. Throws WriteError when the folder cannot be made or written
 * to.
 */
export async function takeLock(folder: string, name: string, activity: string): Promise<() => Promise<void>> {
  const file = join(await madeFolder(folder), name);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await sleep(20 * Math.random());
    const { found, next } = await readChain(file);
    const last = found.at(-1);
    const owner = last && ownerIn(last.content);
    if (owner && (await ownerLives(owner))) throw lockedBy(owner, folder, file, activity);
    if (last && owner === undefined && !(await staysAsItIs(last))) continue;
    const unlock = await take(file, found, next);
    if (unlock) return unlock;
  }
  throw new LockedError(`${folder}: other processes keep taking ${name}; use another folder`);
}

function lockedBy({ process, host, since }: Owner, folder: string, file: string, activity: string): LockedError {
  return new LockedError(
    `${folder}: process ${process} on ${host} ${activity} since ${since}; ` +
      `wait for its end, stop it, use another folder, or delete ${file} if it is gone`,
  );
}

/** One name for the folder, however its path was written. */
async function madeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    return await realpath(folder);
  } catch (error) {
    throw new WriteError(`${folder}: could not be made (${whyNotWritten(error)}); choose another folder`, {
      cause: error,
    });
  }
}

/** Reads the files of the chain, and tells the name that the next one would have. */
async function readChain(file: string): Promise<{ found: Link[]; next: string }> {
  const found: Link[] = [];
  for (let next = file; ; next = successor(file, found)) {
    const content = await contentOf(next);
    if (content === null) return { found, next };
    found.push({ file: next, content });
  }
}

function successor(file: string, links: Link[]): string {
  const hash = createHash('sha256').update(JSON.stringify(links.map(({ content }) => content)));
  return `${file}.${hash.digest('hex').slice(0, 24)}.next`;
}

/** Returns null if the file does not exist. */
async function contentOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT' && !(await isLink(file));
    if (missing) return null;
    throw new LockedError(
      `${file}: this lock cannot be read (${whyNotRead(error)}); delete it if nobody uses the folder`,
      { cause: error },
    );
  }
}

/** A link that leads nowhere reads as if it were missing, but no file can be made in its place. */
const isLink = (file: string) =>
  lstat(file).then(
    (about) => about.isSymbolicLink(),
    () => false,
  );

/** Some file systems cannot create a file together with its content: there it is empty for a moment. */
async function staysAsItIs({ file, content }: Link): Promise<boolean> {
  await sleep(WRITING_MS);
  return (await contentOf(file)) === content;
}

/**
 * Makes the next file of the chain, then checks that the chain is still the one that was read. Returns null if another
 * process was faster.
 */
async function take(file: string, before: Link[], next: string): Promise<(() => Promise<void>) | null> {
  const { owner, forget } = await thisProcess(randomUUID());
  const content = JSON.stringify(owner) + '\n';
  try {
    if ((await appear(file, before, next, content)) && (await isChain(file, [...before, { file: next, content }]))) {
      const root = before.length ? await becomeRoot(file, next, content, before[0].content) : content;
      if (root === content) await removeLeftovers(file);
      return async () => {
        forget();
        // Somebody who deleted the lock by hand may have let another process in.
        if ((await contentOf(file).catch(() => null)) === root) await rm(file, { force: true });
        const successors = [...before.slice(1).map((link) => link.file), next];
        for (const each of root === content ? [] : successors) await rm(each, { force: true });
      };
    }
    forget();
    // The lock file is another one by now, so nobody looks at this successor of the old one.
    if (next !== file && (await contentOf(next)) === content) await rm(next, { force: true });
    return null;
  } catch (error) {
    forget();
    if (error instanceof LockedError) throw error;
    throw new WriteError(
      `${file}: could not be written (${whyNotWritten(error)}); free some space or choose another folder`,
      { cause: error },
    );
  }
}

async function isChain(file: string, wanted: Link[]): Promise<boolean> {
  const { found } = await readChain(file);
  return found.length === wanted.length && found.every(({ content }, index) => content === wanted[index].content);
}

/**
 * The file appears with its owner already in it where the file system knows second names for a file. Elsewhere, as on a
 * FAT disk or a mounted cloud drive, it is empty for a moment. A process that was halted in that moment may have been
 * taken for dead and been succeeded: this is what the last look is for. False when the name is taken.
 */
async function appear(file: string, before: Link[], next: string, content: string): Promise<boolean> {
  const written = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(written, content);
    try {
      await link(written, next);
      return true;
    } catch (error) {
      if (nameIsTaken(error)) return false;
    }
    try {
      await writeFile(next, content, { flag: 'wx' });
    } catch (error) {
      // Windows says these of a name whose file is being removed.
      const removed = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (removed && process.platform === 'win32') return false;
      throw error;
    }
    return (await contentOf(successor(file, [...before, { file: next, content: '' }]))) === null;
  } catch (error) {
    if (nameIsTaken(error)) return false;
    throw error;
  } finally {
    await rm(written, { force: true }).catch(() => undefined);
  }
}

/** ENOENT: the owner has just removed leftovers, and the file that was to get a second name with them. */
function nameIsTaken(error: unknown): boolean {
  return ['EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/**
 * The owner's file replaces the lock file, so that a reader finds the owner there. Returns the content that the lock
 * file has then.
 */
async function becomeRoot(file: string, next: string, content: string, old: string): Promise<string> {
  try {
    await rename(next, file);
    return content;
  } catch {
    // Windows refuses while another process reads the file. The chain is as good.
    return old;
  }
}

/**
 * Removes files of processes that were killed while they took the lock. Only an owner that the lock file itself names
 * may do so.
 */
async function removeLeftovers(file: string): Promise<void> {
  const folder = dirname(file),
    prefix = `${basename(file)}.`;
  const names = await readdir(folder).catch(() => []);
  const left = names.filter(
    (name) => name.startsWith(prefix) && /^[\w-]+\.(tmp|next)$/.test(name.slice(prefix.length)),
  );
  for (const name of left) await rm(join(folder, name), { force: true }).catch(() => undefined);
}
