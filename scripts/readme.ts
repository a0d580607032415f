// Puts the measured figures into README.md and bench/README.md. It reads results/ (as npx srcnn results left it),
// bench/figures.json (npm run bench -- --peers --json bench/figures.json) and bench/latencies.json (a copy of
// test/output/jupyter/latencies.json) and bench/controlLatencies.json (one of
// test/output/jupyter-latencies/latencies.json) and bench/controlCosts.json (one of
// test/output/jupyter-cost/costs.json). Run: node --import tsx scripts/readme.ts
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toMarkdown } from '../bench/report';
import { setNames } from '../src/results/evaluationSets';
import { markdownTable } from '../src/results/markdown';
import { publishedRows, readPublished } from '../src/results/published';
import { resultRuns } from '../src/results/resultRun';
import type { ScoredRun } from '../src/results/runTable';
import { meanOfSet, readScores, type ScoreRow } from '../src/results/scoreRows';
import { reached } from '../src/runs/reached';

const root = join(__dirname, '..');
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/** A line for each run of a protocol and scale, below bicubic's. */
function runLines(scored: ScoredRun[], sets: readonly string[], digits: [number, number]): string[][] {
  const score = (rows: ScoreRow[], set: string, which: 'bicubic' | 'network') => {
    const mean = meanOfSet(rows, set)?.[which];
    return mean ? `${mean.psnr.toFixed(digits[0])} / ${mean.ssim.toFixed(digits[1])}` : '';
  };
  const lines = scored.map(({ run, rows }) => [
    `[${run.name}](results/${run.name}/)`,
    String(reached(run.history).epochsDone),
    ...sets.map((set) => score(rows, set, 'network')),
  ]);
  return [['bicubic', '', ...sets.map((set) => score(scored[0].rows, set, 'bicubic'))], ...lines];
}

async function resultsTables(): Promise<string> {
  const runs = await resultRuns(join(root, 'results'));
  const scored = await Promise.all(
    runs.map(async (run) => ({ run, rows: await readScores(join(run.folder, 'scores.csv')) })),
  );
  const published = await readPublished(join(root, 'results/published.csv'));
  const own = (protocol: string, scale: number) =>
    scored.filter(({ run }) => run.protocol === protocol && run.scale === scale);
  const report = markdownTable([
    ['protocol report, x3', 'epochs', ...setNames.report],
    ...runLines(own('report', 3), setNames.report, [3, 4]),
  ]);
  const paper = [2, 3, 4].flatMap((scale) => {
    const theirs = publishedRows(
      published.filter((score) => score.scale === scale),
      setNames.paper,
    ).map(([method, ...scores]) => [method, '', ...scores]);
    const [bicubic, ...rest] = runLines(own('paper', scale), setNames.paper, [2, 4]);
    return [bicubic, ...theirs, ...rest].map((line) => [`x${scale}`, ...line]);
  });
  return `${report}\n\n${markdownTable([['protocol paper', 'run', 'epochs', ...setNames.paper], ...paper])}`;
}

const latencyNames: Record<string, string> = {
  openToFirstPicture: "from opening notebook 1 to its first picture, the kernel's start included",
  trainToFirstPoint: 'from `train` to the first point on the chart',
  cellDuringTraining: 'running another cell during training',
  interruptToStopped: 'from the interrupt button until training has stopped and its checkpoint is written',
  replot: 'drawing the curves again',
};

/** Of test/jupyter/latencies.test.ts: the median of twenty, and the worst. */
const controlNames: Record<string, string> = {
  sliderToKernel: 'from letting the slider go until the kernel has the rate',
  kernelToPage: 'from a change in the kernel until the page shows it',
  sumWithChart: 'running the cell `1 + 1` beside controls and chart',
  sumWithPreview: 'running the cell `1 + 1` beside controls, chart and preview',
};

function latencyTable(): string {
  const latencies = read('bench/latencies.json');
  return markdownTable([
    ['', 'ms'],
    ...Object.entries(latencyNames).map(([name, title]) => [title, Math.round(latencies[name])]),
  ]);
}

function controlTable(): string {
  const measured = read('bench/controlLatencies.json');
  const { cores, load } = measured;
  const rows = Object.entries(controlNames).map(([name, title]) => [title, measured[name], measured[`${name}Worst`]]);
  return markdownTable([
    [`during training, ${cores} cores, load ${load}`, 'median of 20 (ms)', 'worst (ms)'],
    ...rows,
    [
      'from reloading the page until the chart moves again (of 7)',
      measured.reloadToMoving,
      measured.reloadToMovingWorst,
    ],
  ]);
}

/** Of test/jupyter/cost.test.ts. */
function costTable(): string {
  const { cores, load, minutes, ...measured } = read('bench/controlCosts.json');
  return markdownTable([
    [`chart, controls and preview; ${cores} cores, load ${load}`, ''],
    ['slowdown of training with a page that draws on the same cores', `${measured.costWithPage} %`],
    ['slowdown of training without a page', `${measured.costWithoutPage} %`],
    [`growth of the server's memory, page closed for ${minutes} min`, `${measured.serverMegabytes} MB`],
  ]);
}

function put(file: string, name: string, content: string): void {
  const path = join(root, file),
    text = readFileSync(path, 'utf8');
  const begin = `<!-- ${name} -->`,
    end = `<!-- /${name} -->`;
  if (!text.includes(begin) || !text.includes(end)) throw new Error(`${file}: has no ${begin} and ${end}`);
  writeFileSync(
    path,
    `${text.slice(0, text.indexOf(begin))}${begin}\n${content.trim()}\n${text.slice(text.indexOf(end))}`,
  );
}

async function main(): Promise<void> {
  put('README.md', 'results', await resultsTables());
  if (existsSync(join(root, 'bench/latencies.json'))) put('README.md', 'latencies', latencyTable());
  if (existsSync(join(root, 'bench/controlLatencies.json'))) put('bench/README.md', 'controls', controlTable());
  if (existsSync(join(root, 'bench/controlCosts.json'))) put('bench/README.md', 'costs', costTable());
  if (existsSync(join(root, 'bench/figures.json')))
    for (const file of ['README.md', 'bench/README.md']) put(file, 'bench', toMarkdown(read('bench/figures.json')));
}

main().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
