import type { RandomState } from '../src/random';
import { uniform } from '../src/random';

/** What one kind of trial came to. A failure is an unnamed error, a wrong step, a lost epoch or a lock held by two. */
export class Tally {
  trials = 0;
  readonly counts = new Map<string, number>();
  readonly failures: string[] = [];

  constructor(private readonly onTrial: (tally: Tally) => void = () => undefined) {}

  /** Counts one trial, or many that are done at once. */
  tried(trials = 1): void {
    this.trials += trials;
    this.onTrial(this);
  }

  count(what: string, times = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + times);
  }

  fail(what: string): void {
    this.failures.push(what);
  }

  toString(): string {
    const counts = [...this.counts].map(([what, times]) => `${times} ${what}`);
    return [`${this.trials} trials`, ...counts, `${this.failures.length} failures`].join(', ');
  }
}

/** What a kind of trial gets to work with. */
export interface Setting {
  random: RandomState;
  /** A new folder of its own. */
  folder: string;
  /** Milliseconds since 1970 after which no trial begins. At least one is made. */
  ends: number;
  /** Steps of the comparison of threads; as many as fit the time where it is undefined. */
  steps?: number;
}

/** One kind of trial. */
export interface Soak {
  name: string;
  /** A line for --help. */
  about: string;
  /** Its part of the whole time. */
  share: number;
  run: (setting: Setting, tally: Tally) => Promise<void>;
}

/** A whole number from 0 to below `end`. */
export const whole = (random: RandomState, end: number) => Math.floor(uniform(random) * end);

export const oneOf = <Item>(random: RandomState, items: readonly Item[]): Item => items[whole(random, items.length)];
