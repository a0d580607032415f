import type { History } from '../../runs/history';
import { palette } from '../figure';

interface Loss {
  step: number;
  loss: number;
}

interface Curve {
  x: number[];
  y: number[];
}

/** A run's loss in training steps, as every figure draws it, live and afterwards. */
export interface LossLines {
  /** One in so many batches, as the history keeps them. */
  single: Curve;
  /**
   * Their mean: over each epoch, drawn in its middle, or, while a chart is shown, over the steps between two updates.
   */
  mean: Curve;
  /** At the end of each epoch. */
  validation: Curve;
}

/**
 * More points than this on a curve are averaged in groups: more could not be distinguished and would only make the
 * figure larger.
 */
const mostPoints = 400;

/** Single batches stand thin behind their mean. */
export const singleStyle = { line: { color: palette.model, width: 1 }, opacity: 0.6 };
export const meanStyle = { line: { color: palette.model, width: 1.5 } };
export const validationStyle = { line: { color: palette.mark, width: 2 } };

/** `points` are means over the steps since the point before, in order, from the moment the chart was attached. */
export function lossLines({ losses, epochs }: History, stepsPerEpoch: number, points: readonly Loss[] = []): LossLines {
  const seenFrom = points[0]?.step ?? Infinity;
  const ends = epochEnds(epochs, stepsPerEpoch);
  const means = epochs
    .map(({ loss }, index) => ({ step: ((ends[index - 1] ?? 0) + ends[index]) / 2, loss }))
    .filter(({ step }) => step < seenFrom);
  return {
    single: curveOf(inGroups(losses, mean)),
    mean: curveOf([...means, ...inGroups(points, mean)]),
    validation: curveOf(epochs.map(({ validationLoss }, index) => ({ step: ends[index], loss: validationLoss }))),
  };
}

/** The steps at which the epochs ended; those of a run by minutes are not equally long. */
const epochEnds = (epochs: History['epochs'], stepsPerEpoch: number) =>
  epochs.map(({ step, epoch }) => step ?? epoch * stepsPerEpoch);

/** Steps in epochs: 1.5 is the middle of the second one. */
export function toEpochs({ epochs }: History, stepsPerEpoch: number): (step: number) => number {
  const ends = [0, ...epochEnds(epochs, stepsPerEpoch)];
  return (step) => {
    const done = ends.findLastIndex((end) => end <= step);
    const length = done + 1 < ends.length ? ends[done + 1] - ends[done] : stepsPerEpoch;
    return done + (step - ends[done]) / length;
  };
}

/**
 * Batches in an epoch. A history that an older version wrote does not say them: its last recorded step over its epochs
 * is taken, which is right at the end of an epoch only. Null if neither is known.
 */
export function batchesOf({ batchesPerEpoch, losses, epochs }: History): number | null {
  if (batchesPerEpoch) return batchesPerEpoch;
  return losses.length && epochs.length ? losses.at(-1)!.step / epochs.length : null;
}

/** Averages neighbours if there are too many points. */
export function inGroups<Item, Result>(items: readonly Item[], join: (group: Item[]) => Result): Result[] {
  const size = Math.ceil(items.length / mostPoints) || 1;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    join(items.slice(index * size, (index + 1) * size)),
  );
}

const mean = (group: readonly Loss[]): Loss => ({
  step: group.at(-1)!.step,
  loss: group.reduce((sum, { loss }) => sum + loss, 0) / group.length,
});

const curveOf = (losses: readonly Loss[]): Curve => ({
  x: losses.map(({ step }) => step),
  y: losses.map(({ loss }) => loss),
});
