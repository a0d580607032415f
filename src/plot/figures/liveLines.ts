import type { TrainSession } from '../../training/settings';
import { batchesOf, inGroups, type LossLines, lossLines, toEpochs } from './lossLines';

/** The mean loss of the steps since the point before, and the first layer's learning rate at the last of them. */
export interface LivePoint {
  step: number;
  loss: number;
  learningRate: number;
}

export interface Curve {
  x: number[];
  y: number[];
}

/** Digits that a chart can show. */
export const short = (value: number) => Number(value.toPrecision(5));

/** A curve in the panel whose axes have this suffix. */
export const line = ({ x, y }: Curve, name: string, color: string, suffix: string) => ({
  type: 'scatter',
  mode: 'lines',
  name,
  x,
  y,
  xaxis: `x${suffix}`,
  yaxis: `y${suffix}`,
  line: { color, width: 2 },
  marker: { size: 6 },
});

/** A line of a single point would not be seen. */
export const modeOf = ({ x }: Curve) => (x.length > 1 ? 'lines' : 'markers');

/** Steps in an epoch; 1 where nothing tells yet. */
export function stepsPerEpoch({ progress, history }: TrainSession): number {
  return progress?.batches ?? batchesOf(history) ?? 1;
}

/** The loss over epochs. */
export function lossesIn(session: TrainSession, points: readonly LivePoint[]): Record<keyof LossLines, Curve> {
  const batches = stepsPerEpoch(session);
  const { single, mean, validation } = lossLines(session.history, batches, points);
  const epochAt = toEpochs(session.history, batches);
  const inEpochs = ({ x, y }: Curve) => ({ x: x.map((step) => short(epochAt(step))), y: y.map(short) });
  return { single: inEpochs(single), mean: inEpochs(mean), validation: inEpochs(validation) };
}

/** The learning rate over epochs. */
export function ratesIn(session: TrainSession, points: readonly LivePoint[]): Curve {
  const epochAt = toEpochs(session.history, stepsPerEpoch(session));
  const seen = points.map(({ step, learningRate }) => ({ epoch: epochAt(step), learningRate }));
  const before = session.history.epochs.filter(({ epoch }) => !seen.length || epoch < seen[0].epoch);
  const grouped = inGroups([...before, ...seen], (group) => group.at(-1)!);
  return {
    x: grouped.map(({ epoch }) => short(epoch)),
    y: grouped.map(({ learningRate }) => short(learningRate)),
  };
}
