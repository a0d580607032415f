import { join } from 'node:path';
import type { PatchSet } from '../data/patches';
import { duration } from '../duration';
import { DivergedError, OptionError, UnknownNameError } from '../errors';
import type { TrainOptions } from '../recipes/recipes';
import { optionText } from '../runs/optionText';
import { reached, type Reached } from '../runs/reached';
import { checkRunName } from '../runs/runName';
import { completeOptions, prepareModel, train } from './train';
import type { Progress, TrainSession, TrainSettings, TrainingData } from './settings';
import type { Network } from '../network/network';
import { networkNamed } from '../network/families/families';
import { srcnn } from '../network/families/srcnn';
import { layerSlices } from '../network/parameters';

/**
 * Values to try for each option; `filters` (of the hidden layers) and `kernels` (of all layers) change the network's
 * own.
 */
export type SweepGrid = { [Option in keyof TrainOptions]?: readonly NonNullable<TrainOptions[Option]>[] } & {
  filters?: readonly (readonly number[])[];
  kernels?: readonly (readonly number[])[];
};

/** One run of a sweep: its place in the grid, its state, and the scores that it has reached so far. */
export interface SweepRow extends Reached {
  name: string;
  /** 'done before': it was trained by an earlier call, and nothing was left to do. */
  state: 'waiting' | 'training' | 'finished' | 'done before' | 'stopped' | 'diverged';
  /** The progress of the run that is training, with the time it has left; undefined for all other runs. */
  progress?: string;
  [option: string]: string | number | boolean | null | undefined;
}

export interface SweepSettings extends TrainSettings {
  /**
   * The sweep's folder: each run gets a subfolder, and an interrupted sweep continues there. Without it, nothing is
   * written.
   */
  folder?: string;
  /** Called with the current table whenever a run begins, ends an epoch or ends, and every second of a run. */
  onProgress?: (rows: SweepRow[]) => void;
  /** The session of each run as it begins, to watch, pause or stop it; stopping it ends the sweep. */
  onSession?: (session: TrainSession, name: string) => void;
}

/** One combination of the grid's values, as it was given and as train() takes it. */
interface Combination {
  name: string;
  values: Record<string, unknown>;
  options: Partial<TrainOptions>;
}

// A record, so that the compiler reports a new option that is missing here.
const optionNames: Record<keyof TrainOptions, true> = {
  network: true,
  initialization: true,
  seed: true,
  epochs: true,
  minutes: true,
  batchSize: true,
  schedule: true,
  border: true,
  augment: true,
  loss: true,
  lossEvery: true,
  optimizer: true,
  learningRate: true,
  momentum: true,
  weightDecay: true,
  warmUp: true,
  patience: true,
  ema: true,
  branches: true,
  from: true,
};
const gridKeys = [...Object.keys(optionNames), 'filters', 'kernels'];

/**
 * Trains every combination of the grid's values, one after another, and returns a row for each, in the order trained
 * (the last key changes fastest). A run that diverges is marked and the next one begins. Throws UnknownNameError for a
 * key that is no option and OptionError for values out of range, before anything is trained.
 */
export async function sweep(grid: SweepGrid, data: TrainingData, settings: SweepSettings = {}): Promise<SweepRow[]> {
  const { onProgress, onSession, folder, ...shared } = settings;
  const combinations = combine(grid, settings, data.training);
  const rows = combinations.map(({ name, values }) => row(name, 'waiting', values));
  for (const [index, { name, values, options }] of combinations.entries()) {
    const show = (state: SweepRow['state'], session: TrainSession) => {
      rows[index] = row(name, state, values, session);
      onProgress?.(rows.map((each) => ({ ...each })));
    };
    const session = train(data, {
      ...shared,
      ...options,
      goOn: folder ? 'run this cell again to continue' : 'begin the sweep again: without a folder nothing is kept',
      ...(folder ? { folder: join(folder, name), resume: true } : {}),
    });
    let shownAt = Date.now();
    const unsubscribe = session.subscribe((event) => {
      if (event === 'state' || (event === 'step' && Date.now() - shownAt < progressInterval)) return;
      shownAt = Date.now();
      show('training', session);
    });
    onSession?.(session, name);
    show('training', session);
    show(await outcome(session).finally(unsubscribe), session);
    if (rows[index].state === 'stopped') break;
  }
  return rows;
}

/** How a run ended. An error of the machine, and not of the options, ends the sweep. */
async function outcome(session: TrainSession): Promise<SweepRow['state']> {
  try {
    await session.done;
    if (session.state === 'stopped') return 'stopped';
    return session.progress ? 'finished' : 'done before';
  } catch (error) {
    if (error instanceof DivergedError) return 'diverged';
    throw error;
  }
}

/** Milliseconds between two tables while a run trains. */
const progressInterval = 1000;

function progressText({ epoch, epochs, secondsLeft }: Progress): string {
  return `epoch ${epoch} of ${epochs}${secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`}`;
}

const noHistory = { losses: [], epochs: [] };

function row(
  name: string,
  state: SweepRow['state'],
  values: Record<string, unknown>,
  session?: TrainSession,
): SweepRow {
  const differing = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, optionText(value)]));
  const progress = state === 'training' && session?.progress ? { progress: progressText(session.progress) } : {};
  return { name, ...differing, state, ...progress, ...reached(session?.history ?? noHistory) };
}

function combine(grid: SweepGrid, base: TrainSettings, training: PatchSet): Combination[] {
  let product: Record<string, unknown>[] = [{}];
  for (const [key, list] of Object.entries(grid)) {
    if (!gridKeys.includes(key)) throw new UnknownNameError('key of the grid', key, gridKeys);
    if (!Array.isArray(list) || !list.length)
      throw new OptionError(`the grid's ${key} is not a list of values; give it as [first, second, ...]`);
    product = product.flatMap((values) => list.map((value) => ({ ...values, [key]: value })));
  }
  const combinations = product.map((values) => ({
    name: nameOf(values),
    values,
    options: trainOptions(values, base, training),
  }));
  const twice = combinations.find(
    ({ name }, index) => combinations.findIndex((other) => other.name === name) !== index,
  );
  if (twice) throw new OptionError(`the grid holds ${twice.name} twice; leave one out`);
  for (const { name } of combinations) checkRunName(name);
  return combinations;
}

/** As in "filters=64-32,learningRate=0.001": sorted, so that a grid whose keys were moved finds its runs again. */
function nameOf(values: Record<string, unknown>): string {
  const parts = Object.keys(values)
    .sort()
    .map((key) => `${key}=${optionText(values[key])}`);
  return parts.join(',') || 'run';
}

/** The options in the form that train() takes. Wrong ones are refused here, before hours of training. */
function trainOptions(values: Record<string, unknown>, base: TrainSettings, training: PatchSet): Partial<TrainOptions> {
  const { filters, kernels, ...rest } = values as Partial<TrainOptions> & { filters?: number[]; kernels?: number[] };
  const all = completeOptions({ ...base, ...rest });
  const network = filters || kernels ? chain(all.network, filters, kernels) : all.network;
  prepareModel({ ...all, network }, training);
  return filters || kernels ? { ...rest, network } : rest;
}

/**
 * A network's layers with other filters or kernels: ReLU throughout, but for the last layer. Throws OptionError when
 * their numbers do not fit together.
 */
function chain(network: TrainOptions['network'], filters?: readonly number[], kernels?: readonly number[]): Network {
  const slices = layerSlices(typeof network === 'string' ? networkNamed(network) : network);
  const sides = kernels ?? slices.map(({ kernel }) => kernel);
  const widths = filters ? [...filters, 1] : slices.map((slice) => slice.filters);
  if (sides.length !== widths.length) {
    throw new OptionError(
      `${sides.length} kernels (${sides.join(', ')}) need filters for ${sides.length - 1} hidden layers, not ` +
        `${widths.length - 1}; change both together`,
    );
  }
  return srcnn({ kernels: sides, filters: widths.slice(0, -1) });
}
