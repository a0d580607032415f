import { basename } from 'node:path';
import { OptionError, UnknownNameError } from '../errors';
import type { PatchSet } from '../data/patches';
import { layerRates, optimizers } from './optimizers/optimizer';
import { protocolOf } from '../protocols/protocols';
import { recipes, type TrainOptions } from './recipes';
import { checkRunName } from '../runs/runs';
import { Run } from './session';
import type { TrainingData, TrainSession, TrainSettings } from './settings';
import type { Model } from '../network/network';
import { reachOf } from '../network/geometry';
import { initialize } from '../network/initialize';

/**
 * Trains SRCNN on patches in the background and returns at once. Throws OptionError or UnknownNameError for options out of range;
 * what goes wrong later rejects `done`.
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
    ...given
  } = settings;
  const options = completeOptions(given);
  const { model, border } = prepareModel(options, data.training);
  if (folder !== undefined) checkRunName(basename(folder));
  if (resume && folder === undefined) throw new OptionError("resume needs the run's folder; give folder too");
  if (!(minutes >= 0)) throw new OptionError(`checkpointMinutes is ${minutes}; use 0 (after every batch) or more`);
  return new Run(data, options, settings, model, border);
}

/** The recipe tuned with what was given instead; an option given as undefined is as good as not given. */
export function completeOptions(given: Partial<TrainOptions>): TrainOptions {
  return {
    ...recipes.tuned,
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<TrainOptions>),
  };
}

/** The network as its options say, before the first step. Throws OptionError or UnknownNameError for options out of range. */
export function modelFor(options: TrainOptions): Model {
  checkNames(options);
  const model = initialize(options.network, { seed: options.seed, initialization: options.initialization });
  layerRates(options.learningRate, model.network.layers.length);
  checkNumbers(options);
  return model;
}

/** The same for these patches, and the loss's border in pixels. */
export function prepareModel(options: TrainOptions, training: PatchSet): { model: Model; border: number } {
  const model = modelFor(options);
  const { batchSize } = options;
  if (training.count < batchSize)
    throw new OptionError(
      `batchSize is ${batchSize}, but there are only ${training.count} training patches; use a smaller one`,
    );
  const border = options.border === 'reach' ? reachOf(model.network) : options.border;
  if (!Number.isInteger(border) || border < 0 || 2 * border >= training.size) {
    throw new OptionError(
      `border is ${border}; use a whole number from 0 to ${Math.ceil(training.size / 2) - 1}, or larger patches`,
    );
  }
  // A network trained with a border has never seen zero padding, so pictures are padded by reflection when it is used.
  const padding = border > 0 ? 'reflect' : 'zeros';
  const { protocol, scale, sigma } = training;
  return {
    model: { ...model, padding, trainedFor: { protocol: protocolOf(protocol).name, scale, degradation: { sigma } } },
    border,
  };
}

function checkNames(options: TrainOptions): void {
  const known = {
    optimizer: optimizers,
    initialization: ['gaussian', 'he'],
    schedule: ['constant', 'cosine'],
  } as const;
  for (const name of ['optimizer', 'initialization', 'schedule'] as const) {
    if (!(known[name] as readonly string[]).includes(options[name]))
      throw new UnknownNameError(name, options[name], known[name]);
  }
}

function checkNumbers(options: TrainOptions): void {
  for (const name of ['epochs', 'batchSize', 'lossEvery'] as const) {
    if (!Number.isInteger(options[name]) || options[name] < 1)
      throw new OptionError(`${name} is ${options[name]}; use a whole number above 0`);
  }
  const { seed, momentum = 0 } = options;
  if (!Number.isInteger(seed)) throw new OptionError(`seed is ${seed}; use a whole number`);
  if (!(momentum >= 0 && momentum < 1))
    throw new OptionError(`momentum is ${momentum}; use a number from 0 to below 1`);
}
