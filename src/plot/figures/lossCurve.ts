import { OptionError } from '../../errors';
import type { EpochRecord, History } from '../../runs/history';
import { axis, type Figure, layoutOf, lossAxis } from '../figure';
import { batchesOf, lossLines, meanStyle, singleStyle, validationStyle } from './lossLines';

export interface LossCurveOptions {
  /** Training steps in an epoch. The history of a run contains it, unless an older version wrote it. */
  batchesPerEpoch?: number;
}

/**
 * The loss of single batches, thin behind their mean in the middle of each epoch, and the validation loss at its end,
 * on a logarithmic axis, at any moment of a run. Throws OptionError for an empty history.
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
  const inSteps = known !== null || losses.length > 0;
  return {
    data: [...(losses.length ? [batches] : []), ...(epochs.length ? lines : [])],
    layout: layoutOf('Loss', 'mean squared error of normalised luminance', {
      xaxis: inSteps
        ? axis('training step', { rangemode: 'tozero' })
        : axis('epoch', { rangemode: 'tozero', ...(epochs.length < 10 ? { dtick: 1 } : {}) }),
      yaxis: lossAxis('loss', [...single.y, ...mean.y, ...validation.y]),
      showlegend: true,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
      height: 420,
      margin: { l: 70, r: 20, t: 80, b: 55 },
    }),
  };
}

const epochLine = (epochs: EpochRecord[]) => ({
  type: 'scatter',
  mode: 'lines+markers',
  customdata: epochs.map(({ epoch }) => epoch),
  hovertemplate: 'epoch %{customdata}: %{y:.5f}<extra></extra>',
  marker: { size: 6 },
});
