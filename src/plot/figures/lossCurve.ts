import { OptionError } from '../../errors';
import type { EpochRecord, History } from '../../runs/history';
import { axis, type Figure, layoutOf, lossAxis, palette } from '../figure';

export interface LossCurveOptions {
  /** Training steps in an epoch; without it, the last recorded step over the epochs done, which is exact only at the end of an epoch. */
  batchesPerEpoch?: number;
}

/** The loss of single batches, their mean in the middle of each epoch, and the validation loss at its end. Throws OptionError for an empty history. */
export function lossCurve(history: History, options: LossCurveOptions = {}): Figure {
  const { losses, epochs } = history;
  if (!losses.length && !epochs.length) throw new OptionError('the history is empty; train for an epoch first');
  // Runs shorter than lossEvery have no batch losses: epochs are then the only unit there is.
  const known =
    options.batchesPerEpoch ?? (losses.length && epochs.length ? losses.at(-1)!.step / epochs.length : null);
  const stepsPerEpoch = known ?? 1;
  const batches = {
    type: 'scatter',
    mode: losses.length > 1 ? 'lines' : 'markers',
    name: 'single batches',
    x: losses.map(({ step }) => step),
    y: losses.map(({ loss }) => loss),
    line: { color: palette.model, width: 1 },
    opacity: 0.35,
  };
  const training = epochLine(
    'training',
    palette.model,
    epochs,
    ({ epoch }) => (epoch - 0.5) * stepsPerEpoch,
    ({ loss }) => loss,
  );
  const validation = epochLine(
    'validation',
    palette.mark,
    epochs,
    ({ epoch }) => epoch * stepsPerEpoch,
    ({ validationLoss }) => validationLoss,
  );
  const values = [
    ...losses.map(({ loss }) => loss),
    ...epochs.flatMap(({ loss, validationLoss }) => [loss, validationLoss]),
  ];
  return {
    data: [...(losses.length ? [batches] : []), ...(epochs.length ? [training, validation] : [])],
    layout: layoutOf('Loss', 'mean squared error of normalised luminance', {
      xaxis:
        known || losses.length
          ? axis('training step', { rangemode: 'tozero' })
          : axis('epoch', { rangemode: 'tozero', ...(epochs.length < 10 ? { dtick: 1 } : {}) }),
      yaxis: lossAxis('loss', values),
      showlegend: true,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
      height: 420,
      margin: { l: 70, r: 20, t: 80, b: 55 },
    }),
  };
}

function epochLine(
  name: string,
  color: string,
  epochs: EpochRecord[],
  step: (record: EpochRecord) => number,
  value: (record: EpochRecord) => number,
): Figure['data'][number] {
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name,
    x: epochs.map(step),
    y: epochs.map(value),
    customdata: epochs.map(({ epoch }) => epoch),
    hovertemplate: 'epoch %{customdata}: %{y:.5f}<extra></extra>',
    line: { color, width: 2 },
    marker: { size: 6 },
  };
}
