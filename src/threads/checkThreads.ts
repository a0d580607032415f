import { OptionError } from '../errors';

/** More threads than any machine has cores would only fill the memory, or take minutes to start. */
const MOST_THREADS = 512;

/** Throws OptionError unless the number of threads is one that can be started. */
export function checkThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw new OptionError(`threads is ${threads}; use a whole number from 1 to ${MOST_THREADS}`);
}
