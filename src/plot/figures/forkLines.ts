import { basename } from 'node:path';
import { type ScoredEpoch, scoredEpochs } from '../../runs/history';
import type { TrainSession } from '../../training/settings';
import { type Figure, runColors } from '../figure';
import { type Curve, line, type LivePoint, lossesIn, modeOf, ratesIn, short, stepsPerEpoch } from './liveLines';
import { meanStyle, toEpochs } from './lossLines';

/** Not blue or red, as the run's own lines are. */
const colors = runColors.slice(2, 5);

/** What a fork adds to the chart of the run that it comes from. */
export interface ForkLines {
  mean: Curve;
  validation: Curve;
  rates: Curve;
  scored: ScoredEpoch[];
  traces: Figure['data'];
}

/** The forks of a run, each with the run that it comes from, and their forks in turn. */
export function forksOf(session: TrainSession): { fork: TrainSession; parent: TrainSession }[] {
  return session.forks.flatMap((fork) => [{ fork, parent: session }, ...forksOf(fork)]);
}

/** The lines of all forks, each in its colour from the last epoch that it shares with the run that it comes from. */
export function forkLines(
  session: TrainSession,
  pointsOf: (session: TrainSession) => readonly LivePoint[],
): ForkLines[] {
  return forksOf(session).map(({ fork, parent }, index) => {
    const shared = sharedEpochs(fork, parent);
    const points = pointsOf(fork);
    const { mean, validation } = lossesIn(fork, points);
    const rates = ratesIn(fork, points);
    // Its rate is another one from its first step on, not from the end of an epoch.
    const first = points.length ? toEpochs(fork.history, stepsPerEpoch(fork))(points[0].step) : shared;
    const own = {
      mean: from(mean, shared),
      validation: from(validation, shared),
      rates: from(rates, short(Math.max(shared, first))),
      scored: scoredEpochs(fork.history.epochs).filter(({ epoch }) => epoch >= shared),
    };
    const [name, color] = [nameOf(fork, session), colors[index % colors.length]];
    return { ...own, traces: tracesOf(own, name, color) };
  });
}

function tracesOf({ mean, validation, rates, scored }: Omit<ForkLines, 'traces'>, name: string, color: string) {
  const hidden = { legendgroup: name, showlegend: false };
  const scores = (score: 'psnr' | 'ssim', suffix: string) => {
    const x = scored.map(({ epoch }) => epoch);
    const y = scored.map(({ scores: { network } }) => short(network[score]));
    return { ...line({ x, y }, name, color, suffix), ...hidden, mode: 'lines+markers' };
  };
  return [
    // It alone is always there: so it stands for the fork in the legend.
    { ...line(mean, name, color, ''), line: { ...meanStyle.line, color }, legendgroup: name, mode: modeOf(mean) },
    { ...line(validation, name, color, ''), ...hidden, mode: 'lines+markers' },
    { ...line(rates, name, color, '3'), ...hidden, mode: modeOf(rates) },
    ...(scored.length ? [scores('psnr', '2'), scores('ssim', '4')] : []),
  ];
}

/** Epochs that both have: of a fork, those before it. Where two train alike, their lines are one anyway. */
function sharedEpochs(fork: TrainSession, parent: TrainSession): number {
  const differs = fork.history.epochs.findIndex(({ loss }, index) => loss !== parent.history.epochs[index]?.loss);
  return differs < 0 ? fork.history.epochs.length : differs;
}

function from({ x, y }: Curve, least: number): Curve {
  const own = x.map((value) => value >= least);
  return { x: x.filter((_, index) => own[index]), y: y.filter((_, index) => own[index]) };
}

/** What its folder's name has beyond the run's. */
function nameOf({ folder }: TrainSession, { folder: origin = '' }: TrainSession): string {
  if (folder === undefined) return 'fork';
  const [name, before] = [basename(folder), `${basename(origin)}-`];
  return name.startsWith(before) ? name.slice(before.length).replaceAll('-', ' ') : name;
}
