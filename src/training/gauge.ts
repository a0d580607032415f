import { type Checkpoint, elapsedSeconds } from '../runs/checkpoint';
import { Pace } from './pace';
import type { Progress } from './settings';
import { epochSeconds } from './timetable';

/** Patches of the training and of the validation set in batches. */
interface Batches {
  batchSize: number;
  /** In a pass through the training patches. */
  training: number;
  validation: number;
}

/** The speed of a run, and the time that it will still take. */
export class Gauge {
  private readonly pace = new Pace();
  /** Seconds and steps of the current epoch since this process began or resumed it. */
  private seconds = 0;
  private steps = 0;

  constructor(private readonly batches: Batches) {}

  beginEpoch(): void {
    this.seconds = this.steps = 0;
  }

  /** Takes in the seconds of one more step. */
  add(seconds: number): void {
    this.pace.add(seconds);
    this.seconds += seconds;
    this.steps++;
  }

  /** The progress of the run; `learningRate` is that of the batch just done. */
  progress(course: Checkpoint, learningRate: number): Progress {
    const { epoch, batch, lossSum, optimizer } = course;
    const secondsPerStep = this.pace.secondsPerStep ?? this.seconds / this.steps;
    return {
      epoch: epoch + 1,
      batch,
      step: optimizer.steps,
      loss: lossSum / batch,
      learningRate,
      imagesPerSecond: this.batches.batchSize / secondsPerStep,
      ...(course.minutes === undefined ? this.byEpochs(course) : byMinutes(course, course.minutes, secondsPerStep)),
    };
  }

  private byEpochs(course: Checkpoint) {
    const { epoch, epochs, batch, history } = course;
    const { training, validation } = this.batches;
    const { secondsPerStep } = this.pace;
    const left = (epochs - epoch) * training - batch;
    // Before the first epoch has ended, its end is guessed: validation is a third of a training step, and scores are
    // left out.
    const epochEnd = (step: number) => history.epochs.at(-1)?.validationSeconds ?? (validation * step) / 3;
    return {
      epochs,
      batches: training,
      done: 1 - left / (epochs * training),
      secondsLeft: secondsPerStep && left * secondsPerStep + (epochs - epoch) * epochEnd(secondsPerStep),
    };
  }
}

function byMinutes(course: Checkpoint, minutes: number, secondsPerStep: number) {
  const { epoch, batch, seconds } = course;
  const total = 60 * minutes,
    elapsed = elapsedSeconds(course),
    inEpoch = epochSeconds(course);
  const later = Math.round((total - elapsed - Math.max(0, inEpoch - seconds)) / inEpoch);
  return {
    epochs: epoch + 1 + Math.max(0, later),
    batches: batch + Math.max(0, Math.round((inEpoch - seconds) / secondsPerStep)),
    done: Math.min(1, elapsed / total),
    secondsLeft: Math.max(0, total - elapsed),
  };
}
