import { duration } from '../../duration';
import { type EpochRecord, type ScoredEpoch, scoredEpochs, comparableEpochs } from '../../runs/history';
import { axis, type Figure, layoutOf, lossAxis, note, palette } from '../figure';
import { eventMarks, markLayout } from './eventMarks';
import { forkLines } from './forkLines';
import { line, type LivePoint, lossesIn, modeOf, ratesIn, short, stepsPerEpoch } from './liveLines';
import { meanStyle, singleStyle, toEpochs, validationStyle } from './lossLines';
import type { Progress, TrainSession } from '../../training/settings';

/** What a chart has seen of a run and its history does not keep. */
export interface Seen {
  points?: readonly LivePoint[];
  /** Those of the forks. */
  pointsOf?: (fork: TrainSession) => readonly LivePoint[];
  /** Why the run failed. */
  failure?: string;
  /** For a picture that may be looked at later: it says when it was made, and never how much time is left. */
  still?: boolean;
}

const left = [0, 0.46],
  right = [0.54, 1];
const upper = [0.58, 1],
  lower = [0, 0.42];

/**
 * Shows the present state of a run: loss, PSNR, learning rate and SSIM over epochs, and its progress in the title; its
 * forks beside it. Works at any moment, from before the first step.
 */
export function liveFigure(session: TrainSession, seen: Seen = {}): Figure {
  const { epochs } = session.history;
  const { single, mean, validation } = lossesIn(session, seen.points ?? []);
  const rates = ratesIn(session, seen.points ?? []);
  const forks = forkLines(session, seen.pointsOf ?? (() => []));
  const curves = [single, mean, validation, ...forks.flatMap((fork) => [fork.mean, fork.validation])];
  const reached = Math.max(...curves.map(({ x }) => x.at(-1) ?? 0));
  const scored = scoredEpochs(epochs);
  // Whole epochs: the curves move on, the axis only now and then.
  const range = [0, 1.02 * Math.max(1, Math.ceil(reached - 1e-6))] as const;
  const marks = marksOf(session, range);
  const allScored = [...scored, ...forks.flatMap((fork) => fork.scored)];
  const { title, subtitle } = wordsOf(session, seen);
  return {
    data: [
      { ...line(single, 'single batches', palette.model, ''), ...singleStyle, mode: modeOf(single) },
      { ...line(mean, 'training', palette.model, ''), ...meanStyle, mode: modeOf(mean) },
      { ...line(validation, 'validation', palette.mark, ''), ...validationStyle, mode: 'lines+markers' },
      ...scoreLines(scored, 'psnr', '2'),
      { ...line(rates, 'learning rate', palette.text, '3'), showlegend: false },
      ...scoreLines(scored, 'ssim', '4'),
      ...forks.flatMap(({ traces }) => traces),
    ],
    layout: layoutOf(title, subtitle, {
      ...panelAxes(
        range,
        curves.flatMap(({ y }) => y),
        allScored,
      ),
      shapes: marks.shapes,
      annotations: [
        ...panelTitles(session),
        ...(scored.length ? [] : emptyPanels(epochs.length > 0)),
        ...marks.annotations,
      ],
      showlegend: true,
      // Below the panels: beside the title there is no room for it in a narrow cell.
      legend: { orientation: 'h', x: 0, xanchor: 'left', y: -0.12, yanchor: 'top' },
      // Whoever zooms in keeps that when the next points come.
      uirevision: 'live',
      height: 560,
      margin: { l: 65, r: 20, t: 110, b: 90 },
    }),
  };
}

function scoreLines(scored: ScoredEpoch[], score: 'psnr' | 'ssim', suffix: string): Figure['data'] {
  if (!scored.length) return [];
  const bicubic = scored.at(-1)!.scores.bicubic[score];
  const showlegend = score === 'psnr';
  const model = {
    ...line(
      { x: scored.map(({ epoch }) => epoch), y: scored.map(({ scores }) => short(scores.network[score])) },
      'network',
      palette.model,
      suffix,
    ),
    mode: 'lines+markers',
    legendgroup: 'model',
    showlegend,
  };
  const ends = { x: [0, scored.at(-1)!.epoch], y: [short(bicubic), short(bicubic)] };
  return [
    model,
    {
      ...line(ends, 'bicubic', palette.bicubic, suffix),
      line: { color: palette.bicubic, width: 2, dash: 'dash' },
      legendgroup: 'bicubic',
      showlegend,
    },
  ];
}

function marksOf(session: TrainSession, range: readonly [number, number]) {
  const marks = eventMarks(session.history, toEpochs(session.history, stepsPerEpoch(session)), range);
  return markLayout(marks, { range, panels: ['', '2', '3', '4'], pixels: 340 });
}

function panelAxes(range: readonly [number, number], losses: number[], scored: ScoredEpoch[]): Record<string, unknown> {
  const most = Math.floor(range[1]);
  const epochs = (domain: number[], anchor: string, title = '') =>
    axis(title, {
      domain,
      anchor,
      range,
      tickformat: most < 2 ? '.1f' : 'd',
      ...(most > 1 && most < 10 ? { dtick: 1 } : {}),
    });
  const upright = (plain: Record<string, unknown>, domain: number[], anchor: string) => ({ ...plain, domain, anchor });
  return {
    xaxis: epochs(left, 'y'),
    yaxis: upright(lossAxis('', losses), upper, 'x'),
    xaxis2: epochs(right, 'y2'),
    yaxis2: upright(scoreAxis(scored, 'psnr'), upper, 'x2'),
    xaxis3: epochs(left, 'y3', 'epoch'),
    yaxis3: upright(axis('', { rangemode: 'tozero', exponentformat: 'e', nticks: 5 }), lower, 'x3'),
    xaxis4: epochs(right, 'y4', 'epoch'),
    yaxis4: upright(scoreAxis(scored, 'ssim'), lower, 'x4'),
  };
}

/**
 * Adds room above and below, so that a flat curve is not stretched into noise; the axis has no numbers if there is no
 * score.
 */
function scoreAxis(scored: ScoredEpoch[], score: 'psnr' | 'ssim'): Record<string, unknown> {
  const values = scored.flatMap(({ scores }) => [scores.network[score], scores.bicubic[score]]).filter(Number.isFinite);
  if (!values.length) return axis('', { range: [0, 1], showticklabels: false, ticks: '', showgrid: false });
  const least = Math.min(...values),
    most = Math.max(...values);
  const air = Math.max(0.08 * (most - least), score === 'psnr' ? 0.05 : 0.001);
  return axis('', { range: [least - air, most + air], tickformat: score === 'psnr' ? '.1f' : '.3f' });
}

const panelTitle = (text: string, [x]: number[], [, y]: number[]) =>
  note(`<b>${text}</b>`, x, y + 0.01, { xref: 'paper', yref: 'paper', xanchor: 'left' });

function panelTitles({ learningRate }: TrainSession): Record<string, unknown>[] {
  const rate = typeof learningRate === 'number' ? 'Learning rate' : 'Learning rate, first layer';
  return [
    panelTitle('Loss', left, upper),
    panelTitle('PSNR (dB)', right, upper),
    panelTitle(rate, left, lower),
    panelTitle('SSIM', right, lower),
  ];
}

function emptyPanels(anyEpoch: boolean): Record<string, unknown>[] {
  const text = anyEpoch ? 'no evaluation images' : 'after the first epoch';
  const middle = (range: number[]) => (range[0] + range[1]) / 2;
  return [upper, lower].map((range) =>
    note(text, middle(right), middle(range), {
      xref: 'paper',
      yref: 'paper',
      yanchor: 'middle',
      font: { size: 13, color: palette.text },
    }),
  );
}

function wordsOf(session: TrainSession, { failure, still = false }: Seen): { title: string; subtitle: string } {
  const { state, progress, history, epochs } = session;
  const done = history.epochs.length;
  if (state === 'finished')
    return {
      title:
        `Trained ${count(done, 'epoch')} in ` +
        `${duration(history.epochs.reduce((sum, { seconds }) => sum + seconds, 0))}`,
      subtitle: bestOf(comparableEpochs(history)),
    };
  const epoch = Math.min(epochs, progress && progress.epoch > done ? progress.epoch : done + 1);
  const byMinutes = session.minutes !== undefined;
  const where = byMinutes ? `in epoch ${done + 1}` : `in epoch ${epoch} of ${epochs}`;
  const part = progress && progress.epoch > done ? progress.batch / progress.batches : 0;
  const far = `${Math.floor(100 * (byMinutes ? (progress?.done ?? 0) : (done + part) / epochs))} % done`;
  if (state === 'failed') return { title: `Failed ${where}`, subtitle: failure ?? far };
  if (state === 'paused' || state === 'stopped')
    return {
      title: `${state === 'paused' ? 'Paused' : 'Stopped'} ${where}`,
      subtitle: `${far}; session.resume() continues`,
    };
  const title = progress ? `Training ${where}` : `Training starts ${where}`;
  if (still) return { title, subtitle: `${far} at ${clock(0)}${endOf(progress)}. To see more, run this cell again` };
  return { title, subtitle: progress ? `${far}, ${speedOf(progress)}${part === 1 ? scoring : ''}` : far };
}

const scoring = ", epoch's end: validation and scores";

function speedOf({ secondsLeft, imagesPerSecond, epoch }: Progress): string {
  const left = secondsLeft === null ? 'measuring the time left' : `${duration(secondsLeft)} left`;
  // The scores at an epoch's end are not yet measured in the first.
  const atLeast = epoch === 1 && secondsLeft !== null ? 'at least ' : '';
  return `${atLeast}${left}, ${Math.round(imagesPerSecond).toLocaleString('en-US')} images per second`;
}

/** A time of day stays true in a picture that nobody updates any more. */
const endOf = (progress: Progress | null) =>
  progress?.secondsLeft ? `, the end was expected at ${clock(progress.secondsLeft)}` : '';

const clock = (seconds: number) => new Date(Date.now() + 1000 * seconds).toTimeString().slice(0, 5);

function bestOf(epochs: EpochRecord[]): string {
  if (!epochs.length) return '';
  const best = epochs.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  const { network, bicubic } = best.scores ?? {};
  const psnr = network ? `, PSNR ${network.psnr.toFixed(2)} dB (bicubic ${bicubic!.psnr.toFixed(2)})` : '';
  return `best validation loss ${best.validationLoss.toPrecision(3)} after epoch ${best.epoch}${psnr}`;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
