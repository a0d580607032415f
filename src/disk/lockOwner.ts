import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';

/** The process that a lock file names. */
export interface Owner {
  host: string;
  process: number;
  /**
   * When the process began, in the system's own terms: this distinguishes it from a later process with the same number.
   * Null if the system does not say it.
   */
  began: string | null;
  since: string;
  /** Distinguishes the locks of one process. Locks of version 0.1 lack it. */
  token?: string;
}

/** The tokens of this process: its process number does not say which of its locks it still holds. */
const tokens = new Set<string>();

/** Describes this process as an owner with that token, which is valid until it is forgotten. */
export async function thisProcess(token: string): Promise<{ owner: Owner; forget: () => void }> {
  tokens.add(token);
  const began = (await processNow(process.pid))?.began ?? null;
  const owner = { host: hostname(), process: process.pid, began, since: new Date().toISOString(), token };
  return { owner, forget: () => void tokens.delete(token) };
}

/**
 * Returns the owner that a lock file's content names; null if it names nobody; undefined if it is not JSON, for example
 * because it is being written.
 */
export function ownerIn(content: string): Owner | null | undefined {
  let found: Partial<Owner> | null;
  try {
    found = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (typeof found?.host !== 'string' || !Number.isInteger(found.process) || found.process! < 1) return null;
  const { host, began, since, token } = found;
  return {
    host,
    process: found.process!,
    began: typeof began === 'string' ? began : null,
    since: typeof since === 'string' ? since : 'an unknown time',
    token: typeof token === 'string' ? token : undefined,
  };
}

export async function ownerLives(owner: Owner): Promise<boolean> {
  // The processes of another machine cannot be seen from here, so its lock counts as held.
  if (owner.host !== hostname()) return true;
  if (owner.process === process.pid) return owner.token !== undefined && tokens.has(owner.token);
  try {
    process.kill(owner.process, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = await processNow(owner.process);
  // A killed process keeps its number until its parent asks for its end, which some parents in containers never do.
  if (now?.ended) return false;
  return !owner.began || !now || owner.began === now.began;
}

/**
 * Linux: the boot, and the clock ticks after it at which a process began (proc(5), stat's fields 3 and 22). Null
 * elsewhere.
 */
async function processNow(pid: number): Promise<{ began: string; ended: boolean } | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { began: `${boot.trim()} ${fields[19]}`, ended: ['Z', 'X'].includes(fields[0]) };
  } catch {
    return null;
  }
}
