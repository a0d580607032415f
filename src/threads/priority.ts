import { readlinkSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** A notebook's kernel answers cells and pages on its main thread: threads that compute give way to it. */
const NICE_BELOW_KERNEL = 5;
let nice = 0;

/** From here on, threads that are started give way to the main thread. */
export function putThreadsBelow(): void {
  nice = NICE_BELOW_KERNEL;
}

/**
 * Gives the browser more of the cores than this process, so that a page is loaded quickly while a run takes all of
 * them. Where Linux groups processes by session, the nice value of a process counts within its session only, so this
 * sets that of the whole session. A notebook's kernel has a session of its own.
 */
export function putSessionBelowPages(): void {
  try {
    writeFileSync('/proc/self/autogroup', String(NICE_BELOW_KERNEL));
  } catch {
    // Other systems, and those that group by container or user, share the cores as they see fit.
  }
}

/** The nice value of threads that are started now: 0, or more below a notebook's kernel. */
export const niceOfThreads = (): number => nice;

/** Sets the nice value of the calling thread. Only Linux has one for each thread; elsewhere nothing changes. */
export function setOwnNice(value: number): void {
  if (value === 0 || process.platform !== 'linux') return;
  try {
    // PID/task/TID
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), value);
  } catch {
    // Without /proc, or where it is forbidden, the threads compute as fast as they can.
  }
}
