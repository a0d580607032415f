/** Milliseconds between two common moments: a second, and two when the output is older than a minute. */
const [interval, longerInterval] = [1000, 2000];
const firstMinute = 60_000;

/**
 * Milliseconds until the next common moment for an output of that age in milliseconds. Chart, controls and preview send
 * what is new at the same moments of the clock: a page then draws one frame for all of them, and the browser may draw
 * on the cores that train.
 */
export function untilMoment(age: number, now = Date.now()): number {
  const every = age < firstMinute ? interval : longerInterval;
  return every - (now % every);
}
