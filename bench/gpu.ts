// Seconds per epoch of training on each engine, beside PyTorch on the same GPU.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createEngine,
  type Engine,
  loadDataset,
  type PatchSet,
  preparePatches,
  initialize,
  reportNormalization,
} from 'srcnn-lab';
import { emptyBatch, fillBatch } from 'srcnn-lab/dist/data/batches';
import { engineNames } from 'srcnn-lab/dist/engine/choose';
import { newOptimizerState } from 'srcnn-lab/dist/optimizers/optimizers';
import { update } from 'srcnn-lab/dist/optimizers/update';
import { type Contestant, interleave, timed } from './measure';
import { Peer, pythonOf } from './peer';
import { BATCH } from './work';

const help = `node --import tsx bench/gpu.ts [OPTION ...]
Measures how many seconds an epoch of 9-1-7 on BSDS500 takes (1,690 steps). The engines and PyTorch take turns.
  --engines A,B  measures only these of ${engineNames.join(', ')} (default: all that work)
  --steps N      training steps in a turn; the time of an epoch is computed from the median turn (default: 100)
  --rounds N     turns of each engine (default: 5)
  --venv FOLDER  a Python environment with PyTorch for this GPU (default: bench/.venv)
  --write        writes the table into bench/README.md
Set the engines up before: npm run setup:tensorflow -- --cuda; npx srcnn engines says what is missing.`;

/** The report's 409 images at stride 13, the last batch dropped. */
const EPOCH_STEPS = 1690;
const README = join(__dirname, 'README.md');

/** Training steps as a session takes them: cut out, normalise, loss and gradient, Adam. */
function trainingSteps(engine: Engine, patches: PatchSet, steps: number): () => Promise<void> {
  const model = initialize('9-1-7'),
    state = newOptimizerState(model, 'adam'),
    gradient = new Float32Array(model.weights.length);
  let batch = emptyBatch();
  return async () => {
    for (let step = 0; step < steps; step++) {
      const order = Uint32Array.from({ length: BATCH }, () => Math.floor(Math.random() * patches.count));
      batch = fillBatch(patches, order, 0, BATCH, reportNormalization, batch);
      await engine.lossAndGradient(model, batch, gradient);
      update(model, gradient, state, { optimizer: 'adam', learningRate: 1e-3 });
    }
  };
}

interface Row {
  name: string;
  device: string;
  contestant: Contestant;
  close: () => unknown;
}

const note = (line: string) => console.error(line);

async function engineRow(name: string, patches: PatchSet, steps: number): Promise<Row[]> {
  try {
    const engine: Engine & { gpu?: boolean } = await createEngine(name);
    if (name === 'webgpu' && !engine.gpu)
      throw await engine.close().then(() => new Error(`${engine.description}: minutes a step`));
    const run = trainingSteps(engine, patches, steps);
    return [
      {
        name: `engine ${name}`,
        device: engine.description,
        contestant: { name: `engine ${name}`, run: () => timed(run) },
        close: () => engine.close(),
      },
    ];
  } catch (error) {
    note(`${name} left out: ${(error as Error).message}`);
    return [];
  }
}

async function torchRow(name: string, python: string | null, steps: number, options: string[]): Promise<Row[]> {
  if (!python) return [];
  const peer = new Peer(name, python, [join(__dirname, 'peers', 'gpu_torch.py'), ...options]);
  try {
    await peer.start();
    return [
      {
        name,
        device: peer.description,
        contestant: { name, run: () => peer.ask('steps', { steps, batchSize: BATCH }) },
        close: () => peer.stop(),
      },
    ];
  } catch (error) {
    note(`${name} left out: ${(error as Error).message}`);
    return [];
  }
}

/** The table: seconds per epoch, and each as a multiple of PyTorch's. */
function table(rows: readonly Row[], seconds: ReadonlyMap<string, number>, about: string): string {
  const peer = seconds.get('PyTorch');
  const lines = rows
    .filter(({ name }) => seconds.has(name))
    .map(({ name, device }) => {
      const own = seconds.get(name)!;
      return `| ${name} | ${device} | ${own.toFixed(1)} | ${peer ? (own / peer).toFixed(2) : '-'} |`;
    });
  return [
    about,
    '',
    "| | computes on | seconds per epoch | times PyTorch's |",
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}

function writeTable(text: string): void {
  const before = readFileSync(README, 'utf8');
  const after = before.replace(
    /(<!-- gpu -->\n)[\s\S]*?(<!-- \/gpu -->)/,
    (_, begin, end) => `${begin}${text}\n${end}`,
  );
  if (after === before) throw new Error('bench/README.md has no <!-- gpu --> ... <!-- /gpu --> to write into');
  writeFileSync(README, after);
}

async function loadPatches(): Promise<PatchSet> {
  const { training } = await loadDataset('bsds500').catch((error: Error) => {
    note(`patches of the sample instead (a step takes as long): ${error.message}`);
    return loadDataset('sample');
  });
  return (await preparePatches(training)).patches;
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is ${text}; use a whole number above 0`);
  return value;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      steps: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '5' },
      engines: { type: 'string', default: engineNames.join() },
      venv: { type: 'string', default: join(__dirname, '.venv') },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(help);
  const steps = wholeNumber('steps', values.steps),
    rounds = wholeNumber('rounds', values.rounds);
  const patches = await loadPatches();
  const python = pythonOf(resolve(values.venv));
  if (!python) note(`PyTorch left out: no Python in ${values.venv}`);
  const rows: Row[] = [];
  for (const name of values.engines.split(',')) rows.push(...(await engineRow(name, patches, steps)));
  rows.push(
    ...(await torchRow('PyTorch', python, steps, [])),
    ...(await torchRow('PyTorch, full float32', python, steps, ['--float32'])),
  );
  try {
    const found = await interleave(
      rows.map(({ contestant }) => contestant),
      { rounds, warmUps: 1, onNote: note },
    );
    const seconds = new Map([...found].map(([name, { ms }]) => [name, (ms / 1000) * (EPOCH_STEPS / steps)]));
    const about =
      `${cpus()[0].model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ` +
      `${new Date().toISOString().slice(0, 10)}; an epoch (${EPOCH_STEPS} steps of ${BATCH} patches) ` +
      `extrapolated from the median of ${rounds} turns of ${steps} steps.`;
    const text = table(rows, seconds, about);
    console.log(text);
    if (values.write) writeTable(text);
  } finally {
    for (const { close } of rows) await close();
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
