import { reached } from '../runs/reached';
import { protocolNames } from '../protocols/protocols';
import { setNames } from './evaluationSets';
import { type PublishedScore, publishedRows } from './published';
import { recipeText } from './recipeText';
import type { ResultRun } from './resultRun';
import { markdownTable } from './markdown';
import { meanOfSet, type ScoreRow } from './scoreRows';

/** A run and its rows of scores.csv. */
export interface ScoredRun {
  run: ResultRun;
  rows: ScoreRow[];
}

const columns = [...new Set(Object.values(setNames).flat())];

/**
 * The table of all runs in Markdown. The runs of one protocol and scale stand below a row with bicubic's scores and
 * rows with published ones.
 */
export function runTable(scored: readonly ScoredRun[], published: readonly PublishedScore[] = []): string {
  const sorted = [...scored].sort((a, b) => order(a.run).localeCompare(order(b.run)));
  const titles = [...new Set(sorted.map(({ run }) => groupTitle(run)))];
  const head = ['run', 'recipe', 'patches', 'epochs', 'minutes', 'machine', ...columns, 'pictures above bicubic'];
  const lines = titles.flatMap((title) => {
    const own = sorted.filter(({ run }) => groupTitle(run) === title);
    const others = publishedRows(
      published.filter((score) => groupTitle(score) === title),
      columns,
    ).map(([method, ...scores]) => [method, '', '', '', '', '', ...scores, '']);
    return [bicubicLine(title, own), ...others, ...own.map(runLine)];
  });
  return markdownTable([head, ...lines]);
}

const groupTitle = ({ protocol, scale }: { protocol: string; scale: number }) => `${protocol} x${scale}`;

/** In the order of the protocols, then by scale and name. */
const order = ({ protocol, scale, name }: ResultRun) => `${protocolNames.indexOf(protocol)} ${scale} ${name}`;

function bicubicLine(title: string, group: ScoredRun[]): string[] {
  const all = group.map(({ rows }) => rows);
  const scores = columns.map((set) => scoreText(all.find((rows) => meanOfSet(rows, set)) ?? [], set, 'bicubic'));
  return [`bicubic, protocol ${title}`, '', '', '', '', '', ...scores, ''];
}

function runLine({ run, rows }: ScoredRun): string[] {
  const { epochsDone, bestEpoch, minutes } = reached(run.history);
  // A run that was given minutes has as many epochs as fitted into them.
  const planned = !run.options.minutes && epochsDone < run.options.epochs ? ` of ${run.options.epochs}` : '';
  const kept = bestEpoch === null || bestEpoch === epochsDone ? '' : ` (${bestEpoch} kept)`;
  const epochs = `${epochsDone}${planned}${kept}`;
  return [
    `[${run.name}](${encodeURI(run.name)}/)`,
    recipeText(run.options),
    patchText(run.data),
    epochs,
    minutes.toFixed(0),
    run.machine ?? '',
    ...columns.map((set) => scoreText(rows, set, 'network')),
    aboveText(rows),
  ];
}

function scoreText(rows: ScoreRow[], set: string, which: 'bicubic' | 'network'): string {
  const mean = meanOfSet(rows, set)?.[which];
  return mean ? `${mean.psnr.toFixed(4)} / ${mean.ssim.toFixed(5)}` : '';
}

/** "216361 patches of 32, seed x3, sha256 ..." as "216,361 of 32x32". */
export function patchText(data: string): string {
  const [, count, size] = /^(\d+) patches of (\d+)/.exec(data) ?? [];
  return count ? `${Number(count).toLocaleString('en')} of ${size}x${size}` : '';
}

/** On how many pictures of each set the network's PSNR is above bicubic's. */
function aboveText(rows: ScoreRow[]): string {
  const parts = columns.flatMap((set) => {
    const own = rows.filter((row) => row.set === set && row.network);
    const above = own.filter(({ bicubic, network }) => network!.psnr > bicubic.psnr).length;
    return own.length ? [`${above} of ${own.length}`] : [];
  });
  return parts.join(', ');
}
