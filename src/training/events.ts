import type { Checkpoint } from '../runs/checkpoint';
import type { History, RunEvent } from '../runs/history';

const settings = ['learningRate', 'epochs', 'minutes'] as const;

/** What can be set while a run trains. */
export type Setting = (typeof settings)[number];

const isSetting = (what: string): what is Setting => (settings as readonly string[]).includes(what);

/** Adds an event to the history. Several changes of one setting at the same step become one event. */
export function noteEvent({ history, optimizer }: Checkpoint, event: Omit<RunEvent, 'step'>): void {
  const { what, to } = event;
  const { steps } = optimizer;
  const events = (history.events ??= []);
  const last = events.at(-1);
  const again = last?.step === steps && last.what === what && isSetting(what);
  const from = again ? last.from : event.from;
  if (again) events.pop();
  if (JSON.stringify(from) !== JSON.stringify(to)) events.push({ step: steps, what, from, to });
}

/** The record of a run that is trained again. */
export class Script {
  private told = 0;

  constructor(
    readonly history: History,
    /** The step at which it stops. */
    readonly end: number,
  ) {}

  /** The changes up to this step that have not been returned before. */
  upTo(step: number): { what: Setting; to: number | readonly number[] }[] {
    const { events = [] } = this.history;
    const from = this.told;
    while (this.told < events.length && events[this.told].step <= step) this.told++;
    return events
      .slice(from, this.told)
      .flatMap(({ what, to }) => (isSetting(what) && typeof to !== 'string' ? [{ what, to }] : []));
  }
}
