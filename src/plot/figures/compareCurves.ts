import { OptionError } from '../../errors';
import { checkComparableRuns, type RunWithOptions } from '../../runs/comparableRuns';
import { type History, scoredEpochs } from '../../runs/history';
import { axis, type Figure, layoutOf, lossAxis, note, palette, runColors } from '../figure';
import { eventMarks, markLayout } from './eventMarks';
import { batchesOf, toEpochs } from './lossLines';

/**
 * Validation loss and PSNR of several runs, epoch by epoch; dotted lines in a run's colour mark what was done to it.
 * Throws OptionError when there is nothing to compare, IncomparableScoresError for runs of two protocols or scales.
 */
export function compareCurves(runs: (RunWithOptions & { history: History })[]): Figure {
  checkComparableRuns(runs);
  const trained = runs.filter(({ history }) => history.epochs.length);
  if (!trained.length) throw new OptionError('no run has finished an epoch; train one or more, then compare');
  const scored = trained.some(({ history }) => history.epochs.some(({ scores }) => scores !== null));
  const losses = trained.flatMap(({ history }) => history.epochs.map(({ validationLoss }) => validationLoss));
  const most = Math.max(...trained.map(({ history }) => history.epochs.at(-1)!.epoch));
  const range = [0.5, most + 0.5] as const;
  const marks = marksOf(trained, range, scored);
  const epochAxis = (rest: Record<string, unknown>) =>
    axis('epoch', { range, tickformat: 'd', ...(most < 10 ? { dtick: 1 } : {}), ...rest });
  const title = (text: string, x: number) =>
    note(`<b>${text}</b>`, x, 1.02, { xref: 'paper', yref: 'paper', xanchor: 'left' });
  const second = {
    xaxis2: epochAxis({ domain: [0.56, 1], anchor: 'y2' }),
    yaxis2: axis('', { anchor: 'x2', tickformat: '.1f' }),
  };
  return {
    data: [
      ...trained.flatMap(({ name, history }, index) =>
        curves(name, history, runColors[index % runColors.length], scored),
      ),
      ...(scored ? bicubicLine(trained, most) : []),
    ],
    layout: layoutOf(
      trained.length === 1 ? 'One run' : `${trained.length} runs compared`,
      scored ? 'validation loss, and PSNR of the evaluation images' : 'validation loss',
      {
        xaxis: epochAxis({ domain: [0, scored ? 0.44 : 1], anchor: 'y' }),
        yaxis: lossAxis('', losses),
        ...(scored ? second : {}),
        shapes: marks.flatMap(({ shapes }) => shapes),
        annotations: [
          title('Validation loss', 0),
          ...(scored ? [title('PSNR (dB)', 0.56)] : []),
          ...marks.flatMap(({ annotations }) => annotations),
        ],
        showlegend: true,
        legend: { orientation: 'h', x: 0, xanchor: 'left', y: -0.2, yanchor: 'top' },
        height: 440,
        margin: { l: 65, r: 20, t: 95, b: 90 },
      },
    ),
  };
}

/** Of a single run with their words; of several, these would stand upon each other. */
function marksOf(runs: { name: string; history: History }[], range: readonly [number, number], scored: boolean) {
  const panels = scored ? ['', '2'] : [''];
  if (runs.length === 1) {
    const [{ history }] = runs;
    return [markLayout(marksIn(history, range), { range, panels, pixels: scored ? 320 : 730 })];
  }
  return runs.map(({ name, history }, row) => {
    const run = { name, color: runColors[row % runColors.length], row };
    return markLayout(marksIn(history, range), { range, panels, pixels: null, run });
  });
}

const marksIn = (history: History, range: readonly [number, number]) =>
  eventMarks(history, toEpochs(history, batchesOf(history) ?? 1), range);

function curves(name: string, { epochs }: History, color: string, scored: boolean): Figure['data'] {
  const shared = {
    type: 'scatter',
    mode: 'lines+markers',
    name,
    legendgroup: name,
    x: epochs.map(({ epoch }) => epoch),
    line: { color, width: 2 },
    marker: { size: 6 },
  };
  const loss = { ...shared, y: epochs.map(({ validationLoss }) => validationLoss), xaxis: 'x', yaxis: 'y' };
  return scored
    ? [
        loss,
        {
          ...shared,
          y: epochs.map(({ scores }) => scores?.network.psnr ?? null),
          xaxis: 'x2',
          yaxis: 'y2',
          showlegend: false,
        },
      ]
    : [loss];
}

/** Bicubic's PSNR, the same for every run on the same images; one line for each different one. */
function bicubicLine(runs: { history: History }[], most: number): Figure['data'] {
  const found = runs.flatMap(({ history }) => scoredEpochs(history.epochs).map(({ scores }) => scores.bicubic.psnr));
  return [...new Set(found)].map((value, index) => ({
    type: 'scatter',
    mode: 'lines',
    name: 'bicubic',
    legendgroup: 'bicubic',
    x: [0.5, most + 0.5],
    y: [value, value],
    xaxis: 'x2',
    yaxis: 'y2',
    line: { color: palette.bicubic, width: 2, dash: 'dash' },
    showlegend: index === 0,
  }));
}
