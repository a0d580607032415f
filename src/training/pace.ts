/** The first steps compile code and fill caches: they are no measure of those that follow. */
const warmUp = 5;
/**
 * How many recent steps are averaged: few, because the load of a machine changes, but more than an optimizer's longest
 * period.
 */
const window = 100;
/** An estimate needs so many steps, or steps of so many seconds. */
const enoughSteps = 20,
  enoughSeconds = 2;

/** How long a training step takes, from the steps of the last while. */
export class Pace {
  private seen = 0;
  private readonly recent: number[] = [];

  /** Takes in the seconds of one more step. */
  add(seconds: number): void {
    if (++this.seen <= warmUp) return;
    this.recent.push(seconds);
    if (this.recent.length > window) this.recent.shift();
  }

  /** Null until enough steps were seen. */
  get secondsPerStep(): number | null {
    const { length } = this.recent;
    const sum = this.recent.reduce((total, seconds) => total + seconds, 0);
    return length && (length >= enoughSteps || sum >= enoughSeconds) ? sum / length : null;
  }
}
