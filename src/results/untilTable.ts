import { scoredEpochs } from '../runs/history';
import { optionText } from '../runs/optionText';
import { markdownTable } from './markdown';
import type { PublishedScore } from './published';
import type { ScoredRun } from './runTable';
import { meanOfSet } from './scoreRows';

/** The published network that runs are measured against, and the set. */
const METHOD = 'SRCNN 9-5-5 of Dong et al. (ImageNet)';
const SET = 'Set5';
/** Scores in dB that differ by less are the same: scores.csv has six decimals. */
const SAME = 1e-5;

/**
 * In Markdown, for each run that began with new weights and was scored on Set5 after each epoch: the minutes until the
 * end of the first epoch with a PSNR above that of Dong et al.'s best network, validation and scores included.
 */
export function untilTable(scored: readonly ScoredRun[], published: readonly PublishedScore[]): string {
  const lines = scored.flatMap(({ run, rows }) => {
    const { name, history, options, protocol, scale, engine = '' } = run;
    const goal = published.find(
      (score) => score.method === METHOD && score.set === SET && score.protocol === protocol && score.scale === scale,
    );
    const epochs = scoredEpochs(history.epochs);
    const bicubic = meanOfSet(rows, SET)?.bicubic.psnr;
    const isSet5 = bicubic !== undefined && Math.abs(epochs[0]?.scores.bicubic.psnr - bicubic) < SAME;
    if (!goal || options.from || !isSet5) return [];
    const first = epochs.find(({ scores }) => scores.network.psnr > goal.psnr);
    const minutes = (until: number) =>
      history.epochs.slice(0, until).reduce((sum, { seconds }) => sum + seconds, 0) / 60;
    const passed = first ? [minutes(first.epoch).toFixed(1), first.scores.network.psnr.toFixed(2)] : ['not passed', ''];
    return [
      [
        `[${name}](${encodeURI(name)}/)`,
        String(optionText(options.network)),
        `x${scale}: ${goal.psnr.toFixed(2)}`,
        ...passed,
        minutes(history.epochs.length).toFixed(0),
        engine,
      ],
    ];
  });
  if (!lines.length) return 'No run here was scored on Set5 after each epoch.';
  return markdownTable([
    ['run', 'network', 'published PSNR (dB)', 'minutes until passed', 'PSNR then (dB)', 'minutes in all', 'engine'],
    ...lines,
  ]);
}
