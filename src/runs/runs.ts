import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DataFrame } from 'danfojs-node';
import { optionalPackage } from '../optionalPackage';
import { CheckpointError, DatasetError, OptionError, UnknownNameError } from '../errors';
import { scoresFromJson } from '../evaluation/scoreJson';
import { wrongHistory, wrongOptions } from './checkFiles';
import { comparableEpochs, type EpochRecord, type History } from './history';
import type { TrainOptions } from '../training/recipes';
import { networkNamed, networkNames } from '../network/families/families';
import type { Network } from '../network/network';
import { layerSlices } from '../network/parameters';
import { currentHistory, currentOptions } from './earlier';

/** What a run was told and how it went. */
export interface SavedRun {
  name: string;
  options: TrainOptions;
  history: History;
}

/**
 * The results of a run: scores of the epoch whose weights were kept, the one with the lowest validation loss; null
 * where there are no scores.
 */
export interface Reached {
  epochsDone: number;
  bestEpoch: number | null;
  validationLoss: number | null;
  /** In dB, of the evaluation images. */
  psnr: number | null;
  ssim: number | null;
  bicubicPsnr: number | null;
  bicubicSsim: number | null;
  minutes: number;
}

/** A run in one flat row: its options as text or numbers, and what it reached. */
export interface RunSummary extends Reached {
  name: string;
  network: string;
  initialization: string;
  optimizer: string;
  learningRate: string;
  schedule: string;
  batchSize: number;
  border: TrainOptions['border'];
  seed: number;
  epochs: number;
}

export interface RunsOptions {
  /** Called for each folder that is left out; without it, a warning is printed. */
  onSkipped?: (folder: string, reason: string) => void;
}

const RUNS = join('results', 'runs');
const FILES = ['history.json', 'options.json', 'checkpoint.bin'];

/**
 * The runs of a folder and of the sweeps in it, by name. A run whose history or options are missing or damaged is
 * left out and reported to `onSkipped`.
 */
export async function runs(folder = RUNS, { onSkipped = warn }: RunsOptions = {}): Promise<RunSummary[]> {
  const rows: RunSummary[] = [];
  for (const name of await runNames(folder)) {
    try {
      rows.push(summary(await readRun(join(folder, name), name)));
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      onSkipped(join(folder, name), error.message);
    }
  }
  return rows;
}

/** The same rows as a danfojs DataFrame. */
export async function runsFrame(folder = RUNS, options: RunsOptions = {}): Promise<DataFrame> {
  return rowsFrame(await runs(folder, options));
}

/** Flat rows as a danfojs DataFrame; what one row lacks is null. */
export function rowsFrame(rows: readonly object[]): DataFrame {
  // Loaded when asked for: danfojs brings all of TensorFlow.js along.
  const danfo = optionalPackage<typeof import('danfojs-node')>('danfojs-node', 'to make DataFrames');
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return rows.length
    ? new danfo.DataFrame(
        rows.map((row) =>
          Object.fromEntries(columns.map((column) => [column, (row as Record<string, unknown>)[column] ?? null])),
        ),
      )
    : new danfo.DataFrame();
}

/**
 * A trained run by its name in `folder`, or by the path of its own folder. Throws UnknownNameError, which lists the
 * existing runs, or CheckpointError when the run's files are damaged.
 */
export async function loadRun(nameOrFolder: string, folder = RUNS): Promise<SavedRun> {
  if (!nameOrFolder) throw new OptionError("the run's name is empty; give the name of a run, or its folder");
  for (const candidate of [join(folder, nameOrFolder), nameOrFolder]) {
    if (await holdsRun(candidate))
      return readRun(candidate, candidate === nameOrFolder ? basename(candidate) : nameOrFolder);
  }
  const known = await runNames(folder);
  throw known.length
    ? new UnknownNameError('run', nameOrFolder, known)
    : new DatasetError(`no run ${nameOrFolder}: nothing was trained in ${folder} yet`);
}

/**
 * Throws OptionError unless the name can be a folder's own name on every system: it must not be a path or a reserved
 * name, and it has at most 100 bytes.
 */
export function checkRunName(name: string): void {
  const refuse = (why: string) => {
    throw new OptionError(
      `the run's name ${JSON.stringify(name)} ${why}; use letters, digits, - and _, as in "adam-small"`,
    );
  };
  if (typeof name !== 'string') refuse('is no text');
  if (!name.trim()) refuse('is empty');
  if (/[/\\]/.test(name) || name.includes('..')) refuse('is a path, not a plain name');
  // eslint-disable-next-line no-control-regex -- control characters are not allowed in names of Windows
  if (/[<>:"|?*\u0000-\u001f\u007f]/.test(name)) refuse('has a character that folders cannot have everywhere');
  if (/^[. ]|[. ]$/.test(name)) refuse('begins or ends with a dot or a space');
  if (/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)) refuse('is reserved on Windows');
  if (Buffer.byteLength(name) > 100) refuse('is longer than 100 bytes');
}

/** What a history reached, see Reached. */
export function reached(history: History): Reached {
  const { epochs } = history;
  const best = comparableEpochs(history).reduce<EpochRecord | null>(
    (least, epoch) => (least && least.validationLoss <= epoch.validationLoss ? least : epoch),
    null,
  );
  return {
    epochsDone: epochs.length,
    bestEpoch: best?.epoch ?? null,
    validationLoss: best?.validationLoss ?? null,
    psnr: best?.scores?.network.psnr ?? null,
    ssim: best?.scores?.network.ssim ?? null,
    bicubicPsnr: best?.scores?.bicubic.psnr ?? null,
    bicubicSsim: best?.scores?.bicubic.ssim ?? null,
    minutes: epochs.reduce((sum, { seconds }) => sum + seconds, 0) / 60,
  };
}

/**
 * An option's value for a table: a network as "9-1-7 (32-16)", or by its name where the lab knows it; a list with
 * dashes.
 */
export function optionText(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.join('-');
  return typeof value === 'object' && value !== null ? networkText(value as Network) : String(value);
}

/** A network's name, or its kernels and hidden filters: "9-1-7 (32-16)". */
function networkText(network: Network): string {
  const same = ({ layers }: Network) => JSON.stringify(layers) === JSON.stringify(network.layers);
  const known = networkNames.find((name) => same(networkNamed(name)));
  const slices = layerSlices(network);
  const hidden = slices.slice(0, -1).map(({ filters }) => filters);
  return known ?? slices.map(({ kernel }) => kernel).join('-') + (hidden.length ? ` (${hidden.join('-')})` : '');
}

function summary({ name, options, history }: SavedRun): RunSummary {
  const { network, initialization, optimizer, learningRate, schedule, batchSize, border, seed, epochs } = options;
  const { psnr, ssim, validationLoss, minutes, ...others } = reached(history);
  // A wide table is cut off at the right: what runs are judged by comes first.
  return {
    name,
    psnr,
    ssim,
    validationLoss,
    minutes,
    network: String(optionText(network)),
    initialization,
    optimizer,
    learningRate: String(optionText(learningRate)),
    schedule,
    batchSize,
    border,
    seed,
    epochs,
    ...others,
  };
}

function warn(_folder: string, reason: string): void {
  console.warn(`left out: ${reason}`);
}

async function holdsRun(folder: string): Promise<boolean> {
  const found = await Promise.all(FILES.map((file) => stat(join(folder, file)).catch(() => null)));
  return found.some(Boolean);
}

/**
 * Folders that hold a run, or hold nothing; a folder whose subfolders hold runs is a sweep, and its runs are named
 * sweep/run.
 */
async function runNames(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await subfolders(folder)) {
    const inner: string[] = [];
    if (!(await holdsRun(join(folder, name))))
      for (const part of await subfolders(join(folder, name)))
        if (await holdsRun(join(folder, name, part))) inner.push(`${name}/${part}`);
    names.push(...(inner.length ? inner : [name]));
  }
  return names;
}

async function subfolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new DatasetError(`${folder}: its runs cannot be listed (${(error as Error).message}); give a folder`, {
      cause: error,
    });
  }
}

async function readRun(folder: string, name: string): Promise<SavedRun> {
  const history = await readJson<History>(join(folder, 'history.json'), wrongHistory);
  return { name, options: await readJson<TrainOptions>(join(folder, 'options.json'), wrongOptions), history };
}

async function readJson<Content>(file: string, wrong: (content: unknown) => string | undefined): Promise<Content> {
  let content: unknown;
  try {
    content = currentOptions(currentHistory(scoresFromJson(await readFile(file, 'utf8'))));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const why = missing ? 'is not there: nothing was trained so far' : `cannot be read (${(error as Error).message})`;
    throw new CheckpointError(`${file} ${why}; resume the run to write it anew, or delete its folder`, {
      cause: error,
    });
  }
  const reason = wrong(content);
  if (reason)
    throw new CheckpointError(
      `${file} is not what a run writes: ${reason}; resume the run to write it anew, or delete its folder`,
    );
  return content as Content;
}
