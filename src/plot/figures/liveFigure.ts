import { comparableEpochs, type EpochRecord } from '../../runs/history';
import { layerRates, scheduleFactor } from '../../training/optimizers/optimizer';
import { axis, type Figure, layoutOf, lossAxis, note, palette } from '../figure';
import type { TrainSession } from '../../training/settings';

/** The mean loss of the steps since the point before, and the first layer's learning rate at the last of them. */
export interface LivePoint {
  step: number;
  loss: number;
  learningRate: number;
}

/** What was seen of a run beyond what its history keeps. */
export interface Seen {
  points?: readonly LivePoint[];
  /** Why the run failed. */
  failure?: string;
}

/** More points than this on a curve are averaged in groups: they would not be told apart, only sent. */
const mostPoints = 400;
const left = [0, 0.46],
  right = [0.54, 1];
const upper = [0.58, 1],
  lower = [0, 0.42];

/** A run as it stands: loss, PSNR, learning rate and SSIM over epochs, and in the title how far it is. Works at any moment, from before the first step. */
export function liveFigure(session: TrainSession, seen: Seen = {}): Figure {
  const { epochs } = session.history;
  const losses = lossCurve(session, seen.points ?? []);
  const rates = rateCurve(session, seen.points ?? []);
  const reached = Math.max(losses.x.at(-1) ?? 0, epochs.at(-1)?.epoch ?? 0);
  const scored = epochs.filter(({ psnr, ssim }) => psnr !== null && ssim !== null);
  const validation = {
    x: epochs.map(({ epoch }) => epoch),
    y: epochs.map(({ validationLoss }) => short(validationLoss)),
  };
  const { title, subtitle } = wordsOf(session, seen.failure);
  return {
    data: [
      { ...line(losses, 'training', palette.model, ''), line: { color: palette.model, width: 1.5 } },
      { ...line(validation, 'validation', palette.mark, ''), mode: 'lines+markers' },
      ...scoreLines(scored, 'psnr', '2'),
      { ...line(rates, 'learning rate', palette.text, '3'), showlegend: false },
      ...scoreLines(scored, 'ssim', '4'),
    ],
    layout: layoutOf(title, subtitle, {
      ...panelAxes(reached, losses.y.concat(validation.y), scored),
      annotations: [...panelTitles(session), ...(scored.length ? [] : emptyPanels(epochs.length > 0))],
      showlegend: true,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.17, yanchor: 'bottom' },
      // Whoever zooms in keeps that when the next points come.
      uirevision: 'live',
      height: 560,
      margin: { l: 65, r: 20, t: 110, b: 50 },
    }),
  };
}

interface Curve {
  x: number[];
  y: number[];
}

const short = (value: number) => Number(value.toPrecision(5));

const line = ({ x, y }: Curve, name: string, color: string, suffix: string) => ({
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

/** Steps in an epoch; before the first step of a resumed run, what its history tells. */
export function stepsPerEpoch({ progress, history: { losses, epochs } }: TrainSession): number {
  return progress?.batches ?? (losses.length && epochs.length ? losses.at(-1)!.step / epochs.length : 1);
}

/** The history's single batches as far as nobody looked on, then the points that were seen. */
function lossCurve(session: TrainSession, points: readonly LivePoint[]): Curve {
  const batches = stepsPerEpoch(session);
  const before = session.history.losses.filter(({ step }) => !points.length || step < points[0].step);
  const grouped = inGroups([...before, ...points], (group) => ({
    step: group.at(-1)!.step,
    loss: group.reduce((sum, { loss }) => sum + loss, 0) / group.length,
  }));
  return { x: grouped.map(({ step }) => short(step / batches)), y: grouped.map(({ loss }) => short(loss)) };
}

function rateCurve(session: TrainSession, points: readonly LivePoint[]): Curve {
  const batches = stepsPerEpoch(session);
  const before = session.history.epochs.filter(({ epoch }) => !points.length || epoch * batches < points[0].step);
  const all = [...before.map(({ epoch, learningRate }) => ({ step: epoch * batches, learningRate })), ...points];
  const grouped = inGroups(all, (group) => group.at(-1)!);
  return {
    x: grouped.map(({ step }) => short(step / batches)),
    y: grouped.map(({ learningRate }) => short(learningRate)),
  };
}

function inGroups<Item, Result>(items: Item[], join: (group: Item[]) => Result): Result[] {
  const size = Math.ceil(items.length / mostPoints) || 1;
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    join(items.slice(index * size, (index + 1) * size)),
  );
}

/** The first layer's learning rate at the step under way. */
export function rateNow(session: TrainSession): number {
  const { progress, options, epochs, learningRate, model } = session;
  const step = progress ? (progress.epoch - 1) * progress.batches + progress.batch - 1 : 0;
  return (
    scheduleFactor(options.schedule, Math.max(0, step), epochs * stepsPerEpoch(session)) *
    layerRates(learningRate, model.network.layers.length)[0]
  );
}

function scoreLines(scored: EpochRecord[], score: 'psnr' | 'ssim', suffix: string): Figure['data'] {
  if (!scored.length) return [];
  const bicubic = scored.at(-1)![score === 'psnr' ? 'bicubicPsnr' : 'bicubicSsim'];
  const showlegend = score === 'psnr';
  const model = {
    ...line(
      { x: scored.map(({ epoch }) => epoch), y: scored.map((record) => short(record[score]!)) },
      'SRCNN',
      palette.model,
      suffix,
    ),
    mode: 'lines+markers',
    legendgroup: 'model',
    showlegend,
  };
  if (bicubic === null) return [model];
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

function panelAxes(reached: number, losses: number[], scored: EpochRecord[]): Record<string, unknown> {
  // Whole epochs: the curves move on, the axis only now and then.
  const most = Math.max(1, Math.ceil(reached - 1e-6));
  const epochs = (domain: number[], anchor: string, title = '') =>
    axis(title, {
      domain,
      anchor,
      range: [0, most * 1.02],
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

/** Air above and below, so that a flat curve is not stretched into noise; nothing to read where there is no score. */
function scoreAxis(scored: EpochRecord[], score: 'psnr' | 'ssim'): Record<string, unknown> {
  const values = scored
    .flatMap((record) => [record[score], record[score === 'psnr' ? 'bicubicPsnr' : 'bicubicSsim']])
    .filter((value): value is number => value !== null && Number.isFinite(value));
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
      font: { size: 13, color: palette.bicubic },
    }),
  );
}

function wordsOf(session: TrainSession, failure?: string): { title: string; subtitle: string } {
  const { state, progress, history, epochs } = session;
  const done = history.epochs.length;
  if (state === 'finished')
    return {
      title: `Trained ${count(done, 'epoch')} in ${duration(history.epochs.reduce((sum, { seconds }) => sum + seconds, 0))}`,
      subtitle: bestOf(comparableEpochs(history)),
    };
  const epoch = Math.min(epochs, progress && progress.epoch > done ? progress.epoch : done + 1);
  const where = `in epoch ${epoch} of ${epochs}`;
  const part = progress && progress.epoch > done ? progress.batch / progress.batches : 0;
  const far = `${Math.floor((100 * (done + part)) / epochs)} % done`;
  if (state === 'failed') return { title: `Failed ${where}`, subtitle: failure ?? far };
  if (state === 'paused' || state === 'stopped')
    return {
      title: `${state === 'paused' ? 'Paused' : 'Stopped'} ${where}`,
      subtitle: `${far}; session.resume() goes on`,
    };
  if (!progress) return { title: `Training starts ${where}`, subtitle: far };
  const speed = `${Math.round(progress.imagesPerSecond).toLocaleString('en-US')} images per second`;
  const scoring = part === 1 ? ", epoch's end: validation and scores" : '';
  return { title: `Training ${where}`, subtitle: `${far}, ${duration(progress.secondsLeft)} left, ${speed}${scoring}` };
}

function bestOf(epochs: EpochRecord[]): string {
  if (!epochs.length) return '';
  const best = epochs.reduce((a, b) => (b.validationLoss < a.validationLoss ? b : a));
  const psnr =
    best.psnr === null
      ? ''
      : `, PSNR ${best.psnr.toFixed(2)} dB${best.bicubicPsnr === null ? '' : ` (bicubic ${best.bicubicPsnr.toFixed(2)})`}`;
  return `best validation loss ${best.validationLoss.toPrecision(3)} after epoch ${best.epoch}${psnr}`;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
