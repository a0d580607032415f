import type { PatchSet } from '../data/patches';
import type { Engine } from '../engine/engine';
import type { EpochRecord, History } from '../runs/history';
import type { TrainOptions } from '../recipes/recipes';
import type { Model } from '../network/network';

export interface TrainingData {
  /** Patches to learn from, at least `batchSize` of them, as `preparePatches` makes them. */
  training: PatchSet;
  /** Patches of other pictures, prepared alike: the epoch with the lowest loss on these is the one that is kept. */
  validation: PatchSet;
  /** Image files that are scored after each epoch; without them there are no scores. */
  evaluation?: string[];
}

/** The progress of a training. */
export interface Progress {
  epoch: number;
  /** Epochs of the whole run; in a run by minutes this is an estimate, as is `batches`. */
  epochs: number;
  /** Batches done in this epoch. */
  batch: number;
  /** Batches of an epoch. */
  batches: number;
  /** Batches done since the run began. */
  step: number;
  /** How much of the run is done, from 0 to 1. */
  done: number;
  /** The first layer's learning rate at the batch just done. */
  learningRate: number;
  /** The mean loss of this epoch's batches so far. */
  loss: number;
  /**
   * Seconds to the end of the run. In a run by epochs it is null until enough steps have been measured; during the
   * first epoch it is a lower bound, because scoring has not been measured yet.
   */
  secondsLeft: number | null;
  /** Patches per second, forwards and backwards. */
  imagesPerSecond: number;
}

export interface TrainSettings extends Partial<TrainOptions> {
  /**
   * The run's folder: options, history, checkpoints and best weights are written there. Without it, nothing is written.
   */
  folder?: string;
  /** Continues from the folder's checkpoint if there is one. By default a folder that holds a run is refused. */
  resume?: boolean;
  /** The engine that computes. Without it, the fastest one is chosen, and closed at the end. */
  engine?: Engine;
  /** Threads that score the evaluation images; all cores by default. */
  threads?: number;
  /** Minutes between checkpoints: 0 (after every batch) or more, 5 by default; there is one after every epoch, too. */
  checkpointMinutes?: number;
  /** Called after each batch. */
  onStep?: (progress: Progress) => void;
  /** Called after each epoch, when it has been validated and scored. */
  onEpoch?: (record: EpochRecord) => void;
  /** The end of the message after an interruption; by default `session.resume() continues`. */
  goOn?: string;
  /**
   * Called with a sentence that a person should know but need not act on, such as that an older checkpoint was used; by
   * default it is printed as a warning.
   */
  onNote?: (message: string) => void;
}

export interface TrainResult {
  /**
   * The network with the weights of the epoch whose validation loss was the lowest; before the first epoch's end, with
   * the latest weights.
   */
  model: Model;
  /** The loss of batches and a record of each epoch, so far. */
  history: History;
  /** The epoch whose weights these are, from 1, and its validation loss; 0 and NaN before the first epoch's end. */
  best: { epoch: number; validationLoss: number };
}

/** The settings of a fork. All others are those of the run that it comes from. */
export type ForkSettings = Partial<Pick<TrainSettings, 'learningRate' | 'epochs' | 'minutes'>> &
  Pick<TrainSettings, 'folder' | 'onStep' | 'onEpoch' | 'onNote'>;

/** What has happened, as a session reports it to its subscribers. */
export type SessionEvent = 'step' | 'epoch' | 'setting' | 'state';

/** A run in progress. What is set here takes effect at the next batch; `history` and `progress` are kept up to date. */
export interface TrainSession {
  /** Settles when training ends, is stopped or fails. */
  readonly done: Promise<TrainResult>;
  readonly model: Model;
  readonly history: History;
  readonly progress: Progress | null;
  readonly state: 'running' | 'paused' | 'stopped' | 'finished' | 'failed';
  /** The run's folder; undefined if nothing is written. */
  readonly folder: string | undefined;
  /** The forks of this session, the first one first. */
  readonly forks: readonly TrainSession[];
  /** The options, with all changes that were made since the start. */
  readonly options: TrainOptions;
  learningRate: number | readonly number[];
  /** Epochs of the whole run; ignored in a run by minutes. */
  epochs: number;
  /** Minutes of the whole run; undefined in a run by epochs, where it cannot be set. */
  minutes: number | undefined;
  /**
   * Starts a second run from this batch, with the given changes and a folder of its own (by default this run's name
   * with -fork added). Both runs then train side by side, and both histories record the fork. Throws OptionError for a
   * run that has finished or failed, or a change that a fork cannot make.
   */
  fork(settings?: ForkSettings): TrainSession;
  pause(): void;
  /**
   * Continues after pause(), stop() or a failure. After a DivergedError it continues from the folder's last checkpoint,
   * or from the beginning if there is none.
   */
  resume(): void;
  /**
   * Ends the run after the current batch and writes a checkpoint; `done` then gives what was reached. Throws WriteError
   * if the checkpoint cannot be written.
   */
  stop(): Promise<void>;
  /**
   * Calls back after every step and epoch, ('setting') whenever the learning rate, the epochs or the minutes are set,
   * and ('state') whenever `state` or `forks` changes; returns a function that ends these calls.
   */
  subscribe(listener: (event: SessionEvent) => void): () => void;
}
