// Measures the lab beside its peers; started by npm run bench, which brings up what is missing.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createWasmEngine } from 'srcnn-lab';
import { Context, type Result } from './context';
import { otherKernels } from './kernelSets';
import { inference12mp, inference512 } from './inference';
import { startPeers } from './peer';
import { batches, evaluation, measures, preprocessing } from './pictures';
import { type Compared, compared, type Report, toMarkdown, toText } from './report';
import { peak, scaling, step } from './step';

const withPeers: Record<Compared, (context: Context) => Promise<Result>> = {
  step: (context) => step(context, '9-1-7'),
  'step-9-5-5': (context) => step(context, '9-5-5'),
  'step-plain-16x5': (context) => step(context, 'plain-16x5'),
  'step-plain-32x6': (context) => step(context, 'plain-32x6'),
  inference512: (context) => inference512(context, '9-1-7'),
  'inference512-9-5-5': (context) => inference512(context, '9-5-5'),
  'inference512-plain-16x5': (context) => inference512(context, 'plain-16x5'),
  'inference512-plain-32x6': (context) => inference512(context, 'plain-32x6'),
  inference12mp,
  preprocessing,
  batches,
  evaluation,
  'measures-7x7': (context) => measures(context, 'uniform7'),
  'measures-11x11': (context) => measures(context, 'gaussian11'),
};
const alone = { scaling, peak };
const things = [...Object.keys(withPeers), ...Object.keys(alone)];

/** Breaks a long list, and indents what follows as the help does. */
const inLines = (list: string) => list.replace(/(.{60,90}, )/g, `$1\n${' '.repeat(19)}`).replace(/ \n/g, '\n');

const help = `npm run bench [-- OPTION ...]
Measures how fast the lab is. Each figure is the median of several rounds; in a round, the lab and its peers take turns.
  --peers          measures other programs as well: PyTorch, onnxruntime, OpenVINO and Pillow + scipy + scikit-image
                   (installed into bench/.venv, 1.5 GB), and TensorFlow if npm run setup:tensorflow was run
  --only A,B       measures only these (default: all):
                   ${inLines(things.join(', '))}
  --threads N      threads of the lab and of its peers (default: ${availableParallelism()}, one for each core)
  --json FILE      writes the figures to this file as well
  --markdown FILE  measures nothing; prints the table of a file that --json has written
  --quick          makes one round, to try the bench; its figures mean nothing
  --venv FOLDER    the Python environment with the peers (default: bench/.venv)
preprocessing, batches, evaluation and measures use BSDS500 if the folder that SRCNN_DATA_DIR names has it, else the
sample.`;

class UsageError extends Error {}

const options = {
  peers: { type: 'boolean', default: false },
  only: { type: 'string', default: things.join() },
  threads: { type: 'string', default: String(availableParallelism()) },
  json: { type: 'string' },
  quick: { type: 'boolean', default: false },
  markdown: { type: 'string' },
  venv: { type: 'string', default: join(__dirname, '.venv') },
  help: { type: 'boolean', default: false },
} as const;

function readOptions() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${help}`);
  }
}

function chosen(only: string): Set<string> {
  const names = only
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = names.filter((name) => !things.includes(name));
  if (unknown.length || !names.length) throw new UsageError(`--only ${only}: use some of ${things.join(', ')}`);
  return new Set(names);
}

function countThreads(text: string): number {
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1)
    throw new UsageError(`--threads is ${text}; use a whole number above 0`);
  return threads;
}

async function describeMachine(threads: number): Promise<Report['machine']> {
  const engine = await createWasmEngine({ threads });
  await engine.close();
  return {
    cpu: cpus()[0].model.trim(),
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    engine: engine.description,
  };
}

function add(report: Report, thing: Compared, { ours, peers }: Result): void {
  report[thing] = ours;
  for (const [name, figures] of Object.entries(peers))
    report.peers[name][thing] = { ...figures, ratio: figures.ms / ours.ms };
}

async function measure(context: Context, wanted: Set<string>, load: number): Promise<Report> {
  const report: Report = {
    machine: await describeMachine(context.threads),
    threads: context.threads,
    date: new Date().toISOString(),
    quick: context.quick,
    load,
    peakResidentMB: 0,
    peers: Object.fromEntries(
      [...context.kernelSets, ...context.peers].map(({ name, description }) => [name, { description }]),
    ),
    notes: context.notes,
  };
  for (const thing of compared) {
    if (wanted.has(thing)) add(report, thing, await withPeers[thing](context));
  }
  if (wanted.has('scaling')) report.scaling = (await scaling(context)) ?? undefined;
  if (wanted.has('peak')) report.peak = await peak(context);
  report.peakResidentMB = (process.resourceUsage().maxRSS * 1024) / 1e6;
  return report;
}

/** Whole or not at all. */
function writeJson(file: string, report: Report): void {
  const unfinished = `${file}.tmp`;
  writeFileSync(unfinished, JSON.stringify(report, null, 2) + '\n');
  renameSync(unfinished, file);
}

async function main(): Promise<void> {
  const values = readOptions();
  if (values.help) return console.log(help);
  if (values.markdown !== undefined) return console.log(toMarkdown(JSON.parse(readFileSync(values.markdown, 'utf8'))));
  // Before the peers start, which would count.
  const [load] = loadavg();
  const wanted = chosen(values.only),
    threads = countThreads(values.threads);
  const notes: string[] = [];
  const peers = values.peers ? await startPeers(resolve(values.venv), threads, (line) => notes.push(line)) : [];
  const kernelSets = await otherKernels((line) => notes.push(line));
  const context = new Context(threads, values.quick, peers, kernelSets);
  notes.forEach(context.note);
  try {
    const report = await measure(context, wanted, load);
    console.log(toText(report));
    if (values.json !== undefined) writeJson(values.json, report);
  } finally {
    peers.forEach((peer) => peer.stop());
  }
}

main().catch((error: Error) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
});
