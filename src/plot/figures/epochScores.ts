import { OptionError } from '../../errors';
import type { EpochRecord, History } from '../../runs/history';
import { axis, type Figure, layoutOf, note, palette } from '../figure';

/** PSNR and SSIM of the evaluation images after each epoch, beside bicubic's as a dashed line. Throws OptionError when no epoch has scores. */
export function epochScores(history: History): Figure {
  const scored = history.epochs.filter(({ psnr, ssim }) => psnr !== null && ssim !== null);
  if (!scored.length)
    throw new OptionError('no epoch has scores; train with evaluation images (data.evaluation) for one epoch or more');
  const last = scored.at(-1)!.epoch;
  const epochAxis = (rest: Record<string, unknown>) =>
    axis('epoch', {
      range: [scored[0].epoch - 0.5, last + 0.5],
      tickformat: 'd',
      ...(last - scored[0].epoch < 10 ? { dtick: 1 } : {}),
      ...rest,
    });
  const title = (text: string, x: number) =>
    note(`<b>${text}</b>`, x, 1.02, { xref: 'paper', yref: 'paper', xanchor: 'left' });
  return {
    data: [...panel(scored, 'psnr', 'bicubicPsnr', ''), ...panel(scored, 'ssim', 'bicubicSsim', '2')],
    layout: layoutOf('Scores after each epoch', 'mean of the evaluation images', {
      xaxis: epochAxis({ domain: [0, 0.455], anchor: 'y' }),
      xaxis2: epochAxis({ domain: [0.545, 1], anchor: 'y2' }),
      yaxis: scoreAxis(scored, 'psnr', 'bicubicPsnr'),
      yaxis2: scoreAxis(scored, 'ssim', 'bicubicSsim', { anchor: 'x2' }),
      annotations: [title('PSNR (dB)', 0), title('SSIM', 0.545)],
      showlegend: true,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.09, yanchor: 'bottom' },
      height: 420,
      margin: { l: 65, r: 20, t: 100, b: 55 },
    }),
  };
}

type Score = 'psnr' | 'ssim';
type BicubicScore = 'bicubicPsnr' | 'bicubicSsim';

function panel(epochs: EpochRecord[], score: Score, bicubicScore: BicubicScore, suffix: string): Figure['data'] {
  const axes = { xaxis: `x${suffix}`, yaxis: `y${suffix}`, showlegend: suffix === '' };
  const digits = score === 'psnr' ? '.3f' : '.4f';
  const model = {
    type: 'scatter',
    mode: 'lines+markers',
    name: 'SRCNN',
    legendgroup: 'model',
    x: epochs.map(({ epoch }) => epoch),
    y: epochs.map((record) => record[score]),
    hovertemplate: `epoch %{x}: %{y:${digits}}<extra></extra>`,
    line: { color: palette.model, width: 2 },
    marker: { size: 6 },
    ...axes,
  };
  const baseline = epochs.at(-1)![bicubicScore];
  if (baseline === null) return [model];
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
function scoreAxis(
  epochs: EpochRecord[],
  score: Score,
  bicubicScore: BicubicScore,
  rest: Record<string, unknown> = {},
): Record<string, unknown> {
  const values = epochs
    .flatMap((record) => [record[score], record[bicubicScore]])
    .filter((value): value is number => value !== null && Number.isFinite(value));
  if (!values.length) return axis('', rest);
  const least = Math.min(...values),
    most = Math.max(...values);
  const air = Math.max(0.08 * (most - least), score === 'psnr' ? 0.05 : 0.001);
  return axis('', { range: [least - air, most + air], tickformat: score === 'psnr' ? '.1f' : '.3f', ...rest });
}
