import { duration } from '../../duration';
import type { TrainSession } from '../../training/settings';

/** The learning rate, the largest of them where each layer has its own. */
export function rateOf({ learningRate }: TrainSession): number {
  return typeof learningRate === 'number' ? learningRate : Math.max(...learningRate);
}

/** How far the run is. */
export function runWords(session: TrainSession): string {
  const { state, progress, history, options } = session;
  const done = history.epochs.length;
  if (state === 'finished') return `finished after ${done} epoch${done === 1 ? '' : 's'}`;
  if (!progress) return `${state}, before the first batch`;
  const rate = options.schedule === 'constant' ? '' : `, learning rate now ${progress.learningRate.toPrecision(2)}`;
  const left = progress.secondsLeft === null ? '' : `, ${duration(progress.secondsLeft)} left`;
  const where = `epoch ${progress.epoch} of ${progress.epochs}, batch ${progress.batch} of ${progress.batches}`;
  return `${state}: ${where}, loss ${progress.loss.toPrecision(3)}${rate}${state === 'running' ? left : ''}`;
}

/** A line for each fork: where it runs, and how its own strip is shown. */
export function forkWords({ forks }: TrainSession): string[] {
  return forks.map((fork, index) => {
    const what = `fork ${placeOf(fork)} at learning rate ${rateOf(fork)}`;
    return `${what}: ${fork.state}; controls(session.forks[${index}]) shows its strip`;
  });
}

/** Where a run is written. */
export const placeOf = ({ folder }: TrainSession) => (folder === undefined ? 'in memory' : `in ${folder}`);
