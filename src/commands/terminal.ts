import { basename } from 'node:path';
import { readFolder } from '../image/folder';

/** Rewrites one line in a terminal; nothing of it goes into a log file. */
export function showLine(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

export function showCount(what: string) {
  return (done: number, total: number) => showLine(done < total ? `${done} of ${total} ${what}` : '');
}

/** The files that were left out, one line each, on stderr. */
export function showSkipped(skipped: { file: string; reason: string }[]): void {
  for (const { file, reason } of skipped) console.error(`skipped ${file}: ${reason}`);
}

/** Seconds as 4:05 or 1 h 12 min. */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How many of the files that are not pictures are named. */
const NAMED = 3;

/**
 * Names the pictures of a folder that are not taken one by one, other files by a few of their names; for other paths it
 * shows nothing.
 */
export async function showLeftOut(folder: string): Promise<void> {
  const leftOut = await readFolder(folder).then(
    (found) => found.leftOut,
    () => [],
  );
  showSkipped(leftOut.filter(({ isPicture }) => isPicture));
  const names = leftOut.filter(({ isPicture }) => !isPicture).map(({ file }) => basename(file));
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  if (names.length > 0)
    console.error(`skipped in ${folder}, as not pictures by their names: ${names.slice(0, NAMED).join(', ')}${more}`);
}

/** Ctrl-C and the other signals that end a program, with the exit codes of a shell. */
const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Ends the program in order when a signal asks for its end: after `say`, half-written files are deleted. Returns a
 * function that stops listening.
 */
export function exitOnSignals(say: () => void): () => void {
  const exit = (signal: keyof typeof signals) => {
    say();
    process.exit(signals[signal]);
  };
  const names = Object.keys(signals) as (keyof typeof signals)[];
  for (const name of names) process.on(name, exit);
  return () => names.forEach((name) => process.off(name, exit));
}
