import type { PatchSet } from '../data/patches';
import type { Engine } from '../engine/engine';
import type { EpochRecord, History } from '../runs/history';
import type { TrainOptions } from './recipes';
import type { Model } from '../network/network';

export interface TrainingData {
  training: PatchSet;
  validation: PatchSet;
  /** Image files scored after each epoch; none: no scores. */
  evaluation?: string[];
}

/** Where training stands. */
export interface Progress {
  epoch: number;
  /** In all; in a run by minutes an estimate, as is `batches`. */
  epochs: number;
  /** Batches done in this epoch. */
  batch: number;
  /** Batches of an epoch. */
  batches: number;
  /** Batches done since the run began. */
  step: number;
  /** How much of the run is done, from 0 to 1. */
  done: number;
  /** Of the first layer, at the batch just done. */
  learningRate: number;
  loss: number;
  /**
   * Until the end of a run by minutes. In one by epochs null until enough steps were measured, and before the end of
   * the first epoch a lower bound, as scoring is not yet measured.
   */
  secondsLeft: number | null;
  /** Patches per second, forwards and backwards. */
  imagesPerSecond: number;
}

export interface TrainSettings extends Partial<TrainOptions> {
  /** The run's folder: options, history, checkpoints and best weights are written there. None: nothing is written. */
  folder?: string;
  /** Go on from the folder's checkpoint where there is one; without it a folder that holds a run is refused. */
  resume?: boolean;
  engine?: Engine;
  /** Threads that score the evaluation images; all cores by default. */
  threads?: number;
  /** Minutes between checkpoints; there is one after every epoch, too. */
  checkpointMinutes?: number;
  onStep?: (progress: Progress) => void;
  onEpoch?: (record: EpochRecord) => void;
  /** The end of the message about an interruption. Default: that session.resume() goes on. */
  goOn?: string;
  /** What a person should know but need not act on, as that an older checkpoint was used. */
  onNote?: (message: string) => void;
}

export interface TrainResult {
  /** The weights with the lowest validation loss. */
  model: Model;
  history: History;
  best: { epoch: number; validationLoss: number };
}

/** What a fork may be told: all else it has from the run that it comes from. */
export type ForkSettings = Partial<Pick<TrainSettings, 'learningRate' | 'epochs' | 'minutes'>> &
  Pick<TrainSettings, 'folder' | 'onStep' | 'onEpoch' | 'onNote'>;

/** What a session tells those who have subscribed. */
export type SessionEvent = 'step' | 'epoch' | 'setting' | 'state';

/** Training under way: what is set here takes effect at the next batch; `history` and `progress` grow meanwhile. */
export interface TrainSession {
  /** Settles when training ends, is stopped or fails. */
  readonly done: Promise<TrainResult>;
  readonly model: Model;
  readonly history: History;
  readonly progress: Progress | null;
  readonly state: 'running' | 'paused' | 'stopped' | 'finished' | 'failed';
  /** Where the run is written; undefined: nowhere. */
  readonly folder: string | undefined;
  /** What `fork` made of this session, in that order. */
  readonly forks: readonly TrainSession[];
  /** The options with what was changed since. */
  readonly options: TrainOptions;
  learningRate: number | readonly number[];
  /** Of a run by epochs; in one by minutes it counts for nothing. */
  epochs: number;
  /** Of a run by minutes; undefined in one by epochs, where it cannot be set. */
  minutes: number | undefined;
  /**
   * A second run that goes on from this very batch, with the changes that are given and a folder of its own (by
   * default this run's with -fork behind its name); both train side by side, and each is noted in both histories.
   * Throws OptionError for a run that has finished or failed, or a change that a fork cannot make.
   */
  fork(settings?: ForkSettings): TrainSession;
  pause(): void;
  /**
   * Goes on after pause(), stop() or a failure; after DivergedError from the folder's last checkpoint, else from the
   * beginning.
   */
  resume(): void;
  /**
   * Ends after the current batch and writes a checkpoint; `done` then gives what was reached. WriteError where it
   * could not be written.
   */
  stop(): Promise<void>;
  /**
   * Calls back after every step and epoch, ('setting') whenever the learning rate, the epochs or the minutes are set,
   * and ('state') whenever `state` or `forks` changes; returns what ends that.
   */
  subscribe(listener: (event: SessionEvent) => void): () => void;
}
