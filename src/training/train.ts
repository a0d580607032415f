import { OptionError } from '../errors';
import type { Normalization } from '../data/batches';
import type { PatchSet } from '../data/patches';
import type { Engine } from '../engine/engine';
import { type Model, reachOf, srcnn } from '../model/srcnn';
import type { EpochRecord } from './history';
import { layerRates } from './optimizer';
import { recipes, type TrainOptions } from './recipes';
import { Run, type TrainSession } from './session';

export interface TrainingData {
  training: PatchSet;
  validation: PatchSet;
  /** Image files scored after each epoch; none: no scores. */
  evaluation?: string[];
}

/** Where training stands. */
export interface Progress {
  epoch: number;
  epochs: number;
  batch: number;
  batches: number;
  loss: number;
  secondsLeft: number;
  /** Patches per second, forwards and backwards. */
  imagesPerSecond: number;
}

export interface TrainSettings extends Partial<TrainOptions> {
  /** The run's folder: options, history, checkpoints and best weights are written there. None: nothing is written. */
  folder?: string;
  /** Go on from the folder's checkpoint where there is one; without it a folder that holds a run is refused. */
  resume?: boolean;
  engine?: Engine;
  normalization?: Normalization;
  /** Minutes between checkpoints; there is one after every epoch, too. */
  checkpointMinutes?: number;
  onStep?: (progress: Progress) => void;
  onEpoch?: (record: EpochRecord) => void;
  /** What a person should know but need not act on, as that an older checkpoint was used. */
  onNote?: (message: string) => void;
}

/**
 * Trains SRCNN on patches in the background and returns at once. Throws OptionError for options out of range;
 * what goes wrong later rejects `done`.
 */
export function train(data: TrainingData, settings: TrainSettings = {}): TrainSession {
  const { folder: _f, resume: _r, engine: _e, normalization: _n, checkpointMinutes: _c, onStep: _s, onEpoch: _o, onNote: _m, ...given } = settings;
  const options: TrainOptions = { ...recipes.tuned, ...given };
  const model = srcnn(options.network, options);
  checkOptions(options, data, model);
  if (settings.resume && !settings.folder) throw new OptionError('resume needs the run\'s folder; give folder too');
  const border = options.border === 'reach' ? reachOf(model.layers) : options.border;
  if (!Number.isInteger(border) || border < 0 || 2 * border >= data.training.size) {
    throw new OptionError(`border is ${border}; use a whole number from 0 to ${Math.ceil(data.training.size / 2) - 1}, or larger patches`);
  }
  return new Run(data, options, settings, border > 0 ? { ...model, padding: 'reflect' } : model, border);
}

function checkOptions(options: TrainOptions, data: TrainingData, model: Model): void {
  layerRates(options.learningRate, model.layers.length);
  for (const name of ['epochs', 'batchSize', 'lossEvery'] as const) {
    if (!Number.isInteger(options[name]) || options[name] < 1) throw new OptionError(`${name} is ${options[name]}; use a whole number above 0`);
  }
  if (data.training.count < options.batchSize) {
    throw new OptionError(`batchSize is ${options.batchSize}, but there are only ${data.training.count} training patches; use a smaller one`);
  }
}
