import { OptionError } from '../../errors';
import type { Measure } from '../../measures/measure';
import { measureOf } from '../../measures/measures';
import { checkComparableRuns, type RunWithOptions } from '../../runs/comparableRuns';
import { comparableEpochs, type History, type ScoredEpoch, scoredEpochs } from '../../runs/history';
import { axis, type Figure, layoutOf, markOf, palette } from '../figure';
import { measureTitle } from '../measureText';

/** What scores can be shown against: epochs, minutes of training, or updates of the weights. */
export const scoreCosts = ['epochs', 'minutes', 'updates'] as const;
export type ScoreCost = (typeof scoreCosts)[number];

export interface ScoreCurvesOptions {
  /** 'epochs' by default. Minutes are those of the run's epochs, with their validation and scores. */
  against?: ScoreCost;
  /** A score that the epochs have; 'psnr' by default. */
  measure?: string | Measure;
}

interface Curve {
  name: string;
  epochs: ScoredEpoch[];
  x: number[];
}

const titles: Readonly<Record<ScoreCost, string>> = {
  epochs: 'epochs',
  minutes: 'minutes of training',
  updates: 'updates of the weights',
};

/**
 * The mean score of the evaluation images of several runs against epochs, minutes or updates, with bicubic's as a
 * dashed line. Where a run's pictures were changed, its curve begins with the scores on the new ones. Throws
 * OptionError where no run has scores, or one lacks the measure or, from an older version, the number of its updates,
 * and IncomparableScoresError for runs of two protocols or scales.
 */
export function scoreCurves(
  runs: readonly (RunWithOptions & { history: History })[],
  options: ScoreCurvesOptions = {},
): Figure {
  checkComparableRuns(runs);
  const { against = 'epochs' } = options;
  if (!scoreCosts.includes(against))
    throw new OptionError(`against is ${String(against)}; use one of ${scoreCosts.join(', ')}`);
  const measure = measureOf(options.measure ?? 'psnr');
  const curves = runs.map((run) => curveOf(run, against)).filter(({ epochs }) => epochs.length);
  if (!curves.length)
    throw new OptionError('no run has scores; train with evaluation images (data.evaluation) for one epoch or more');
  for (const { name, epochs } of curves)
    if (!(measure.name in epochs[0].scores.network))
      throw new OptionError(`the epochs of ${name} have no ${measure.name}, only ${scoresIn(epochs[0])}`);
  const most = Math.max(...curves.map(({ x }) => x.at(-1)!));
  return {
    data: [
      ...curves.map((curve, index) => line(curve, index, curves.length, measure)),
      ...bicubic(curves, most, measure),
    ],
    layout: layoutOf(`${measure.title} against ${against}`, 'mean of the evaluation images', {
      xaxis: axis(titles[against], { rangemode: 'tozero' }),
      yaxis: axis(measureTitle(measure)),
      showlegend: true,
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: 1.01, yanchor: 'bottom' },
      height: 460,
      margin: { l: 70, r: 25, t: 115, b: 60 },
    }),
  };
}

const scoresIn = ({ scores }: ScoredEpoch) => Object.keys(scores.network).join(', ');

/** The scored epochs of a run with what each cost since the run began. */
function curveOf({ name, history }: { name: string; history: History }, against: ScoreCost): Curve {
  let seconds = 0;
  const minutes = new Map(history.epochs.map((record) => [record.epoch, (seconds += record.seconds) / 60]));
  const epochs = scoredEpochs(comparableEpochs(history));
  const x = epochs.map(({ epoch, step }) => {
    if (against === 'epochs') return epoch;
    if (against === 'minutes') return minutes.get(epoch)!;
    const updates = step ?? epoch * (history.batchesPerEpoch ?? NaN);
    if (Number.isNaN(updates))
      throw new OptionError(`the history of ${name} does not say how many updates an epoch has; use epochs or minutes`);
    return updates;
  });
  return { name, epochs, x };
}

function line({ name, epochs, x }: Curve, index: number, count: number, measure: Measure): Record<string, unknown> {
  const { color, symbol } = markOf(index, count);
  return {
    type: 'scatter',
    mode: 'lines+markers',
    name,
    x,
    y: epochs.map(({ scores }) => scores.network[measure.name]),
    text: epochs.map(({ epoch }) => `epoch ${epoch}`),
    line: { color, width: 2 },
    marker: { symbol, size: 6 },
    hovertemplate: `%{text}: %{y:.${measure.digits}f} ${measure.unit}<extra>${name}</extra>`,
  };
}

/** Bicubic's score, the same for every run on the same images; one line for each different one. */
function bicubic(curves: readonly Curve[], most: number, measure: Measure): Figure['data'] {
  const found = curves.flatMap(({ epochs }) => epochs.map(({ scores }) => scores.bicubic[measure.name]));
  return [...new Set(found)].map((value, index) => ({
    type: 'scatter',
    mode: 'lines',
    name: 'bicubic',
    legendgroup: 'bicubic',
    x: [0, most],
    y: [value, value],
    line: { color: palette.bicubic, width: 2, dash: 'dash' },
    hovertemplate: `bicubic: %{y:.${measure.digits}f} ${measure.unit}<extra></extra>`,
    showlegend: index === 0,
  }));
}
