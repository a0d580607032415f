import { rmSync } from 'node:fs';

const unfinished = new Set<string>();

/** Deletes the half-written files of this process. */
function removeUnfinished(): void {
  for (const file of unfinished) rmSync(file, { force: true });
  unfinished.clear();
}

/** Remembers a half-written file until `forgetTemporary`: if the program exits before that, the file is deleted. */
export function rememberTemporary(file: string): void {
  if (unfinished.size === 0 && !process.listeners('exit').includes(removeUnfinished))
    process.once('exit', removeUnfinished);
  unfinished.add(file);
}

/** Says that the file is complete or was deleted. */
export function forgetTemporary(file: string): void {
  unfinished.delete(file);
}
