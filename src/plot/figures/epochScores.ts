import { OptionError } from '../../errors';
import { type History, type ScoredEpoch, scoredEpochs } from '../../runs/history';
import { axis, type Figure, layoutOf, note, palette } from '../figure';
import { eventMarks, markLayout } from './eventMarks';
import { batchesOf, toEpochs } from './lossLines';

/**
 * PSNR and SSIM of the evaluation images after each epoch, with those of bicubic as a dashed line; dotted lines mark
 * changes, pauses and forks of the run. Throws OptionError when no epoch has scores.
 */
export function epochScores(history: History): Figure {
  const scored = scoredEpochs(history.epochs);
  if (!scored.length)
    throw new OptionError('no epoch has scores; train with evaluation images (data.evaluation) for one epoch or more');
  const last = scored.at(-1)!.epoch;
  const range = [scored[0].epoch - 0.5, last + 0.5] as const;
  const marks = eventMarks(history, toEpochs(history, batchesOf(history) ?? 1), range);
  const { shapes, annotations } = markLayout(marks, { range, panels: ['', '2'], pixels: 330 });
  const epochAxis = (rest: Record<string, unknown>) =>
    axis('epoch', {
      range,
      tickformat: 'd',
      ...(last - scored[0].epoch < 10 ? { dtick: 1 } : {}),
      ...rest,
    });
  const title = (text: string, x: number) =>
    note(`<b>${text}</b>`, x, 1.02, { xref: 'paper', yref: 'paper', xanchor: 'left' });
  return {
    data: [...panel(scored, 'psnr', ''), ...panel(scored, 'ssim', '2')],
    layout: layoutOf('Scores after each epoch', 'mean of the evaluation images', {
      xaxis: epochAxis({ domain: [0, 0.455], anchor: 'y' }),
      xaxis2: epochAxis({ domain: [0.545, 1], anchor: 'y2' }),
      yaxis: scoreAxis(scored, 'psnr'),
      yaxis2: scoreAxis(scored, 'ssim', { anchor: 'x2' }),
      shapes,
      annotations: [title('PSNR (dB)', 0), title('SSIM', 0.545), ...annotations],
      showlegend: true,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.09, yanchor: 'bottom' },
      height: 420,
      margin: { l: 65, r: 20, t: 100, b: 55 },
    }),
  };
}

type Score = 'psnr' | 'ssim';

function panel(epochs: ScoredEpoch[], score: Score, suffix: string): Figure['data'] {
  const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}`, showlegend: suffix === '' };
  const digits = score === 'psnr' ? '.3f' : '.4f';
  const model = {
    type: 'scatter',
    mode: 'lines+markers',
    name: 'network',
    legendgroup: 'model',
    x: epochs.map(({ epoch }) => epoch),
    y: epochs.map(({ scores }) => scores.network[score]),
    hovertemplate: `epoch %{x}: %{y:${digits}}<extra></extra>`,
    line: { color: palette.model, width: 2 },
    marker: { size: 6 },
    ...axes,
  };
  const baseline = epochs.at(-1)!.scores.bicubic[score];
  // Wider than the epochs, so that a single epoch has a line to stand against too.
  const ends = [epochs[0].epoch - 0.5, epochs.at(-1)!.epoch + 0.5];
  return [
    model,
    {
      type: 'scatter',
      mode: 'lines',
      name: 'bicubic',
      legendgroup: 'bicubic',
      x: ends,
      y: [baseline, baseline],
      hovertemplate: `bicubic: %{y:${digits}}<extra></extra>`,
      line: { color: palette.bicubic, width: 2, dash: 'dash' },
      ...axes,
    },
  ];
}

/** A range with some air above and below, so that a flat curve is not stretched into noise. */
function scoreAxis(epochs: ScoredEpoch[], score: Score, rest: Record<string, unknown> = {}): Record<string, unknown> {
  const values = epochs.flatMap(({ scores }) => [scores.network[score], scores.bicubic[score]]).filter(Number.isFinite);
  if (!values.length) return axis('', rest);
  const least = Math.min(...values),
    most = Math.max(...values);
  const air = Math.max(0.08 * (most - least), score === 'psnr' ? 0.05 : 0.001);
  return axis('', { range: [least - air, most + air], tickformat: score === 'psnr' ? '.1f' : '.3f', ...rest });
}
