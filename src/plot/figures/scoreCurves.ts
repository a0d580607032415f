import { OptionError } from '../../errors';
import type { Measure } from '../../measures/measure';
import { measureOf } from '../../measures/measures';
import { checkComparableRuns, type RunWithOptions } from '../../runs/comparableRuns';
import { comparableEpochs, type History, type ScoredEpoch, scoredEpochs } from '../../runs/history';
import { axis, type Figure, layoutOf, markOf, palette } from '../figure';
import { measureTitle } from '../measureText';
import { eventMarks, markLayout } from './eventMarks';
import { batchesOf, toEpochs } from './lossLines';

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
  history: History;
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
 * dashed line; dotted lines in a run's colour mark what was done to it. Where a run's pictures were changed, its curve
 * begins with the scores on the new ones. Throws OptionError where no run has scores, or one lacks the measure or, from
 * an older version, the number of its updates, and IncomparableScoresError for runs of two protocols or scales.
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
  const marks = curves.map((curve, index) => marksOf(curve, index, curves.length, against, most));
  return {
    data: [
      ...curves.map((curve, index) => line(curve, index, curves.length, measure)),
      ...bicubic(curves, most, measure),
    ],
    layout: layoutOf(`${measure.title} against ${against}`, 'mean of the evaluation images', {
      xaxis: axis(titles[against], { rangemode: 'tozero' }),
      yaxis: axis(measureTitle(measure)),
      shapes: marks.flatMap(({ shapes }) => shapes),
      annotations: marks.flatMap(({ annotations }) => annotations),
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
  return { name, history, epochs, x };
}

/** Of a single run with their words; of several, these would stand upon each other. */
function marksOf({ name, history }: Curve, row: number, count: number, against: ScoreCost, most: number) {
  const range = [0, most] as const;
  const run = count === 1 ? undefined : { name, color: markOf(row, count).color, row };
  const marks = eventMarks(history, placeOf(history, against), range);
  return markLayout(marks, { range, panels: [''], pixels: run ? null : 680, run });
}

/** Where a step stands on the axis; between the ends of two epochs, by its part of the time between them. */
function placeOf(history: History, against: ScoreCost): (step: number) => number {
  const epochAt = toEpochs(history, batchesOf(history) ?? 1);
  if (against !== 'minutes') return against === 'epochs' ? epochAt : (step) => step;
  let seconds = 0;
  const ends = [0, ...history.epochs.map((record) => (seconds += record.seconds) / 60)];
  return (step) => {
    const done = Math.min(Math.floor(epochAt(step)), ends.length - 1);
    return ends[done] + (epochAt(step) - done) * ((ends[done + 1] ?? ends[done]) - ends[done]);
  };
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
