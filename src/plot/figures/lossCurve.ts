import { OptionError } from '../../errors';
import type { EpochRecord, History } from '../../runs/history';
import { axis, type Figure, layoutOf, lossAxis } from '../figure';
import { eventMarks, markLayout } from './eventMarks';
import { batchesOf, lossLines, meanStyle, singleStyle, validationStyle } from './lossLines';

export interface LossCurveOptions {
  /** Training steps in an epoch. The history of a run contains it, unless an older version wrote it. */
  batchesPerEpoch?: number;
}

/**
 * The loss of single batches as a thin line, their mean in the middle of each epoch, and the validation loss at its
 * end, on a logarithmic axis. It can be drawn at any moment of a run. Dotted lines mark changes, pauses and forks.
 * Throws OptionError for an empty history.
 */
export function lossCurve(history: History, options: LossCurveOptions = {}): Figure {
  const { losses, epochs } = history;
  if (!losses.length && !epochs.length) throw new OptionError('the history is empty; train for an epoch first');
  // Runs shorter than lossEvery have no batch losses: then epochs are the only unit.
  const known = options.batchesPerEpoch ?? (losses.length ? batchesOf(history) : null);
  const { single, mean, validation } = lossLines(history, known ?? 1);
  const batches = {
    type: 'scatter',
    mode: losses.length > 1 ? 'lines' : 'markers',
    name: 'single batches',
    ...single,
    ...singleStyle,
  };
  const lines = [
    { ...epochLine(epochs), name: 'training', ...mean, ...meanStyle },
    { ...epochLine(epochs), name: 'validation', ...validation, ...validationStyle },
  ];
  const range = [0, Math.max(...[single, mean, validation].map(({ x }) => x.at(-1) ?? 0), lastEvent(history))] as const;
  const marks = eventMarks(history, (step) => step, range);
  const inSteps = known !== null || losses.length > 0;
  return {
    data: [...(losses.length ? [batches] : []), ...(epochs.length ? lines : [])],
    layout: layoutOf('Loss', 'mean squared error of normalised luminance', {
      xaxis: inSteps
        ? axis('training step', { rangemode: 'tozero' })
        : axis('epoch', { rangemode: 'tozero', ...(epochs.length < 10 ? { dtick: 1 } : {}) }),
      yaxis: lossAxis('loss', [...single.y, ...mean.y, ...validation.y]),
      ...markLayout(marks, { range, panels: [''], pixels: 730 }),
      showlegend: true,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
      height: 420,
      margin: { l: 70, r: 20, t: 80, b: 55 },
    }),
  };
}

const lastEvent = ({ events }: History) => events?.at(-1)?.step ?? 0;

const epochLine = (epochs: EpochRecord[]) => ({
  type: 'scatter',
  mode: 'lines+markers',
  customdata: epochs.map(({ epoch }) => epoch),
  hovertemplate: 'epoch %{customdata}: %{y:.5f}<extra></extra>',
  marker: { size: 6 },
});
