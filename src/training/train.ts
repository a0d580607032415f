import { basename } from 'node:path';
import { OptionError, UnknownNameError } from '../errors';
import type { PatchSet } from '../data/patches';
import { forkOf } from './fork';
import { branchesOf } from '../optimizers/branches';
import { optimizerNames } from '../optimizers/optimizers';
import { layerRates } from '../optimizers/update';
import { protocolOf } from '../protocols/protocols';
import { recipeFor, recipes, type TrainOptions, unsaid } from '../recipes/recipes';
import { checkRunName } from '../runs/runName';
import { follow, remember, sessionIn } from './runningSessions';
import { Run } from './session';
import type { TrainingData, TrainSession, TrainSettings } from './settings';
import { coloursOf, type Model, type Network } from '../network/network';
import { reachOf } from '../network/geometry';
import { areaOf } from '../engine/losses/area';
import { lossNames } from '../engine/losses/losses';
import { schedules } from '../recipes/schedule';
import { startFrom } from './startFrom';
import { initialize } from '../network/initialize';
import { layerSlices } from '../network/parameters';

/**
 * Trains a network on patches in the background and returns at once. The network is 9-1-7 by default; options that are
 * not given are those of the network's recipe (`recipeFor`). If this process already trains in the folder, as when a
 * notebook's cell is run again, its session is returned. Throws OptionError or UnknownNameError for options out of
 * range, LockedError if that session has other options; a later failure rejects `done`.
 */
export function train(data: TrainingData, settings: TrainSettings = {}): TrainSession {
  const {
    folder,
    resume,
    engine: _e,
    threads: _t,
    checkpointMinutes: minutes = 0,
    onStep: _s,
    onEpoch: _o,
    onNote: _m,
    goOn: _g,
    ...given
  } = settings;
  const options = completeOptions(given);
  const { model, border } = prepareModel(options, data.training);
  if (folder !== undefined) checkRunName(basename(folder));
  if (resume && folder === undefined) throw new OptionError("resume needs the run's folder; give folder too");
  if (!(minutes >= 0)) throw new OptionError(`checkpointMinutes is ${minutes}; use 0 (after every batch) or more`);
  if (folder === undefined) return new Run(data, options, settings, model, border, { fork: forkOf });
  const there = sessionIn(folder);
  if (there?.isTraining) return follow(there, data, options, settings);
  // A session that is being stopped still holds the folder: the new one begins when the folder is free.
  const session = new Run(data, options, settings, model, border, { after: there, fork: forkOf });
  remember(session, folder);
  return session;
}

/**
 * The recipe of the network (`recipeFor`), with the given options in place of its own; an option that is undefined
 * counts as not given. Throws UnknownNameError for a network that the lab does not know.
 */
export function completeOptions(given: Partial<TrainOptions>): TrainOptions {
  return {
    ...recipes[recipeFor(given.network)],
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<TrainOptions>),
  };
}

/**
 * The model that a run with these options begins with, for data of this scale. Throws OptionError, UnknownNameError, or
 * WeightsError for weights to start from that cannot be read.
 */
export function modelFor(options: TrainOptions, scale?: number): Model {
  checkNames(options);
  const { network, seed, initialization, from } = options;
  const model = initialize(network, { seed, initialization, scale });
  layerRates(options.learningRate, layerSlices(model.network).length);
  checkNumbers(options);
  if (options.branches) branchesOf(model.network);
  return from === undefined ? model : startFrom(model, from);
}

/** The same for these patches, and the loss's border in pixels. */
export function prepareModel(options: TrainOptions, training: PatchSet): { model: Model; border: number } {
  // Before anything is read from the patches: a wrong option is the likelier mistake, and quicker to name.
  checkNumbers(options);
  if (!training) throw new OptionError('there are no training patches; pass { training, validation } to train');
  const model = modelFor(options, training.scale);
  checkReads(model.network, training);
  const { batchSize } = options;
  if (training.count < batchSize)
    throw new OptionError(
      `batchSize is ${batchSize}, but there are only ${training.count} training patches; use a smaller one`,
    );
  const border = options.border === 'reach' ? reachOf(model.network) * model.network.scale : options.border;
  const side = training.size * model.network.scale;
  if (!Number.isInteger(border) || border < 0 || 2 * border >= side) {
    throw new OptionError(
      `border is ${border}; use a whole number from 0 to ${Math.ceil(side / 2) - 1}, or larger patches`,
    );
  }
  areaOf(options.loss ?? unsaid.loss, { width: side, height: side }, border);
  // A network trained with a border has never seen zero padding, so pictures are padded by reflection when it is used.
  const padding = border > 0 ? 'reflect' : 'zeros';
  const { protocol, scale, sigma } = training;
  return {
    model: { ...model, padding, trainedFor: { protocol: protocolOf(protocol).name, scale, degradation: { sigma } } },
    border,
  };
}

/** Throws OptionError for patches that are not what the network reads. */
function checkReads(network: Network, training: PatchSet): void {
  const { name, reads, scale } = network;
  const wanted = reads === 'small' ? `the small picture at x${scale}` : 'the enlarged picture';
  const given = training.reads === 'small' ? `small pictures at x${training.scale}` : 'enlarged pictures';
  if (reads !== training.reads || (reads === 'small' && scale !== training.scale))
    throw new OptionError(
      `the network ${name} reads ${wanted}, but the patches are of ${given}; ` +
        `prepare them with preparePatches(files, { reads: '${reads}', scale: ` +
        `${reads === 'small' ? scale : training.scale} })`,
    );
  const [own, { colours = 'y' }] = [coloursOf(network), training];
  if (own !== colours)
    throw new OptionError(
      `the network ${name} reads ${own}, but the patches are of ${colours}; prepare them with ` +
        `preparePatches(files, { colours: '${own}' })`,
    );
}

function checkNames(options: TrainOptions): void {
  const known = {
    optimizer: optimizerNames,
    initialization: ['gaussian', 'he'],
    schedule: schedules,
    loss: lossNames,
  } as const;
  for (const name of ['optimizer', 'initialization', 'schedule', 'loss'] as const) {
    const value = options[name] ?? 'mse';
    if (!(known[name] as readonly string[]).includes(value)) throw new UnknownNameError(name, value, known[name]);
  }
}

function checkNumbers(options: TrainOptions): void {
  const above0 = (value: number) => value > 0 && Number.isFinite(value);
  const count = { fits: (value: number) => Number.isInteger(value) && value > 0, use: 'a whole number above 0' };
  const ranges = {
    epochs: count,
    batchSize: count,
    lossEvery: count,
    patience: count,
    warmUp: { fits: (value: number) => Number.isInteger(value) && value >= 0, use: 'a whole number, 0 or more' },
    seed: { fits: Number.isInteger, use: 'a whole number' },
    minutes: { fits: above0, use: 'a number above 0' },
    momentum: { fits: (value: number) => value >= 0 && value < 1, use: 'a number from 0 to below 1' },
    weightDecay: { fits: (value: number) => value === 0 || above0(value), use: 'a number, 0 or more' },
    ema: { fits: (value: number) => value > 0 && value < 1, use: 'a number above 0 and below 1' },
  };
  for (const [name, { fits, use }] of Object.entries(ranges)) {
    const value = options[name as keyof typeof ranges];
    const optional = !['epochs', 'batchSize', 'lossEvery', 'seed'].includes(name);
    if (!(value === undefined && optional) && !fits(value!)) throw new OptionError(`${name} is ${value}; use ${use}`);
  }
}
