import { randomUUID } from 'node:crypto';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The longest name, in bytes, that the usual file systems hold. */
const LONGEST_NAME = 255;
/** A chain of more links than this is a circle. */
const MOST_LINKS = 40;

/** The end of all links, and whether a new file may take its place. */
export interface Target {
  path: string;
  replaceable: boolean;
}

/**
 * Where a write to `file` really goes: like a shell's `>`, it follows a chain of links to its end, whether a file
 * exists there or not. `replaceable` is false for a device, a pipe or an open file (/dev/stdout), which are written to
 * in place.
 */
export async function findTarget(file: string): Promise<Target> {
  if (isDescriptor(file)) return { path: file, replaceable: false };
  // Nearly always a file or nothing is there; then this is the only question, as each costs as much as a small write.
  const own = await lstat(file).catch(() => null);
  if (!own || own.isFile()) return { path: file, replaceable: true };
  const there = await stat(file).catch(() => null);
  if (there && !there.isFile() && !there.isDirectory()) return { path: file, replaceable: false };
  return { path: there ? await realpath(file) : await endOfLinks(file), replaceable: true };
}

/** Whether a path names an open file of this process, such as /dev/stdin or /dev/fd/3. */
export const isDescriptor = (path: string) =>
  /^\/(dev\/(stdin|stdout|stderr|fd\/\d+)|proc\/(self|\d+)\/fd\/\d+)$/.test(resolve(path));

/** Follows links whose last target is missing, which realpath refuses to do. */
async function endOfLinks(file: string): Promise<string> {
  let path = file;
  for (let links = 0; links < MOST_LINKS; links++) {
    const next = await readlink(path).catch(() => null);
    if (next === null) return path;
    path = resolve(dirname(path), next);
  }
  throw Object.assign(new Error(`${file}: its links lead back to themselves`), { code: 'ELOOP' });
}

/**
 * The name of a temporary file in the folder of `file`, so that a rename can put it in place. It is short if the name
 * is already long.
 */
export function temporaryBeside(file: string): string {
  const name = `${basename(file)}.${process.pid}.tmp`;
  return join(dirname(file), Buffer.byteLength(name) <= LONGEST_NAME ? name : `.${randomUUID()}.tmp`);
}
