import { OptionError } from '../errors';
import { type Checkpoint, elapsedSeconds } from '../runs/checkpoint';

/** Throws OptionError unless a run can have so many epochs from now on. */
export function checkEpochs({ epoch, batch }: Checkpoint, value: number): void {
  if (!Number.isInteger(value) || value < 1) throw new OptionError(`epochs is ${value}; use a whole number above 0`);
  const begun = epoch + (batch > 0 ? 1 : 0);
  if (value < begun)
    throw new OptionError(`epochs is ${value}, but epoch ${begun} is under way; use ${begun} or more, or stop()`);
}

/** Throws OptionError unless a run can take so many minutes from now on. */
export function checkMinutes(course: Checkpoint, value: number | undefined): void {
  if (course.minutes === undefined) throw new OptionError('this run goes by epochs; set session.epochs');
  if (value === undefined || !(value > 0 && Number.isFinite(value)))
    throw new OptionError(`minutes is ${value}; use a number above 0`);
  const elapsed = elapsedSeconds(course) / 60;
  if (value < elapsed)
    throw new OptionError(`minutes is ${value}, but ${elapsed.toFixed(1)} have passed; use more, or stop()`);
}
