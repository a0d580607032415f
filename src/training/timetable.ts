import { OptionError } from '../errors';
import { type Checkpoint, elapsedSeconds } from '../runs/checkpoint';
import type { History } from '../runs/history';

/** Says how far a run is, where its epochs end, and when it is over. */
export interface Timetable {
  /** How much of the run has passed, from 0 to 1, when the batch after `step` others begins. */
  fraction(course: Checkpoint, batches: number, step: number): number;
  /** Before a batch: records in the history what a replay cannot measure again. */
  note(course: Checkpoint): void;
  epochIsOver(course: Checkpoint, batches: number): boolean;
  /** Asked between epochs. */
  isOver(course: Checkpoint): boolean;
}

/** In an epoch, each training patch is used once. */
export const byEpochs: Timetable = {
  fraction: ({ epochs }, batches, step) => step / (epochs * batches),
  note: () => undefined,
  epochIsOver: ({ batch }, batches) => batch >= batches,
  isOver: ({ epoch, epochs }) => epoch >= epochs,
};

/** The largest and the smallest number of epochs in a run by minutes. */
const MOST_EPOCHS = 60,
  FEWEST_EPOCHS = 4;
/** Validation takes a tenth of the time at most, while there are enough epochs. */
const TRAINING_PER_VALIDATION = 9;
/**
 * The fraction is rounded down to one of these steps: as good as a smooth schedule, and few enough to be recorded for a
 * replay.
 */
const TICKS = 1000;

/** When a run by minutes has to begin its last validation, and how long its epochs are, in seconds. */
function plan({ minutes = 0, history }: Checkpoint): { end: number; interval: number } {
  const total = 60 * minutes;
  const validations = history.epochs.map(({ validationSeconds = 0 }) => validationSeconds);
  const end = total - Math.min(Math.max(0, ...validations), total / 4);
  const wanted = Math.max(end / MOST_EPOCHS, TRAINING_PER_VALIDATION * (validations.at(-1) ?? 0));
  return { end, interval: Math.min(end / FEWEST_EPOCHS, wanted) };
}

/** Seconds from the end of the last epoch to that of the one under way. */
export function epochSeconds(course: Checkpoint): number {
  const { end, interval } = plan(course);
  const left = end - elapsedSeconds(course) + course.seconds;
  // No short epoch is left for the end: the last one takes all the time that is left.
  return left < 1.5 * interval ? left : interval;
}

/**
 * An epoch is from one validation to the next. The fraction of the time that has passed cannot be measured again by a
 * replay, so it is recorded, in thousandths.
 */
export const byMinutes: Timetable = {
  fraction: ({ history }, _batches, step) => history.timeline?.findLast((entry) => entry.step <= step)?.fraction ?? 0,
  note(course) {
    const { history, optimizer } = course;
    const fraction = Math.min(1, Math.floor((TICKS * elapsedSeconds(course)) / plan(course).end) / TICKS);
    const timeline = (history.timeline ??= []);
    if (fraction !== (timeline.at(-1)?.fraction ?? 0)) timeline.push({ step: optimizer.steps, fraction });
  },
  epochIsOver: (course) => course.batch > 0 && course.seconds >= epochSeconds(course),
  isOver: (course) => course.epoch > 0 && course.batch === 0 && elapsedSeconds(course) >= plan(course).end,
};

/** The steps of a run by minutes as its history has them, for a replay. */
export function recorded({ timeline = [], epochs }: History): Timetable {
  return {
    fraction: byMinutes.fraction,
    note({ history, optimizer }) {
      const noted = (history.timeline ??= []);
      noted.push(...timeline.slice(noted.length).filter(({ step }) => step <= optimizer.steps));
    },
    epochIsOver: ({ epoch, optimizer }) => optimizer.steps >= (epochs[epoch]?.step ?? Infinity),
    isOver: ({ epoch, batch }) => epoch > 0 && batch === 0 && epoch >= epochs.length,
  };
}

/** After a batch: throws OptionError if the first batch alone has taken all the time of the run. */
export function checkMinutes({ minutes, seconds, optimizer }: Checkpoint): void {
  if (minutes === undefined || optimizer.steps > 1 || seconds < 60 * minutes) return;
  throw new OptionError(
    `minutes is ${minutes}, but the first batch alone took ${seconds.toFixed(1)} seconds; use more`,
  );
}
