import { takeLock } from '../disk/lock';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import { DivergedError, WriteError } from '../errors';
import type { PatchSet } from '../data/patches';
import type { Model } from '../network/network';
import { layerSlices } from '../network/parameters';
import { type Checkpoint, newCheckpoint } from '../runs/checkpoint';
import type { History } from '../runs/history';
import { describePatches, RunFolder } from '../runs/runFolder';
import { checkEpochs, checkMinutes } from './changes';
import { type Control, EpochLoop, ignoreStopped } from './epoch';
import { onInterrupt } from './interrupt';
import { layerRates } from '../optimizers/update';
import type { TrainOptions } from '../recipes/recipes';
import { noteEvent, type Script, type Setting } from './events';
import type { ForkSettings, SessionEvent, TrainingData, TrainResult, TrainSession, TrainSettings } from './settings';

/** The origin of a run. */
interface Origin {
  /** The run that held the folder before; the new one begins when the folder is free. */
  after?: Run;
  /** A fork begins there, with these changes. */
  start?: Checkpoint;
  changes?: Partial<Pick<TrainOptions, Setting>>;
  script?: Script;
  fork: (run: Run, settings: ForkSettings) => TrainSession;
}

/** A session: it starts, pauses and stops the run, whose epochs are the work of epoch.ts. */
export class Run implements TrainSession {
  done!: Promise<TrainResult>;
  state: TrainSession['state'] = 'running';
  readonly folder: string | undefined;
  readonly forks: TrainSession[] = [];
  readonly loop: EpochLoop;
  private readonly initialWeights: Float32Array;
  private readonly listeners = new Set<(event: SessionEvent) => void>();
  private stopping = false;
  private opened = false;
  private diverged = false;
  private wake?: () => void;
  private rateChosen = false;

  constructor(
    data: TrainingData,
    given: TrainOptions,
    settings: TrainSettings,
    readonly model: Model,
    border: number,
    private readonly origin: Origin,
  ) {
    const { after, start, script } = origin;
    if (after) this.done = after.done;
    this.folder = settings.folder;
    this.initialWeights = model.weights.slice();
    const folder = settings.folder ? new RunFolder(settings.folder, model) : undefined;
    const course = start ?? newCheckpoint(given, model, settings.folder ? describePatches(data.training) : '');
    const control: Control = {
      isStopping: () => this.stopping,
      isPaused: () => this.state === 'paused',
      beforeBatch: () => this.obey(),
      untilResumed: () => new Promise((resolve) => (this.wake = resolve)),
      emit: (event) => this.emit(event),
    };
    this.loop = new EpochLoop(data, given, settings, model, border, folder, course, control, script?.history);
    Object.assign(this, origin.changes);
    this.start();
  }

  private get course(): Checkpoint {
    return this.loop.course;
  }

  private get settings(): TrainSettings {
    return this.loop.settings;
  }

  /** The options that were given last. */
  get given(): TrainOptions {
    return this.loop.given;
  }

  get progress(): TrainSession['progress'] {
    return this.loop.progress;
  }

  get history(): History {
    return this.course.history;
  }

  get options(): TrainOptions {
    const { learningRate, epochs, minutes } = this;
    return { ...this.given, learningRate, epochs, ...(minutes === undefined ? {} : { minutes }) };
  }

  get learningRate(): number | readonly number[] {
    return this.course.learningRate;
  }

  set learningRate(value: number | readonly number[]) {
    layerRates(value, layerSlices(this.model.network).length);
    this.set('learningRate', value);
    this.rateChosen = true;
  }

  get epochs(): number {
    return this.course.epochs;
  }

  set epochs(value: number) {
    checkEpochs(this.course, value);
    this.set('epochs', value);
  }

  get minutes(): number | undefined {
    return this.course.minutes;
  }

  set minutes(value: number | undefined) {
    checkMinutes(this.course, value);
    this.set('minutes', value);
  }

  private set(what: Setting, to: number | readonly number[] | undefined): void {
    if (to === undefined) return;
    noteEvent(this.course, { what, from: this.course[what]!, to });
    Object.assign(this.course, { [what]: to });
    this.emit('setting');
  }

  fork(settings: ForkSettings = {}): TrainSession {
    this.forks.push(this.origin.fork(this, settings));
    this.emit('state');
    return this.forks.at(-1)!;
  }

  pause(): void {
    if (this.state !== 'running') return;
    noteEvent(this.course, { what: 'pause', from: 'running', to: 'paused' });
    this.change('paused');
  }

  resume(): void {
    if (this.state === 'paused') {
      noteEvent(this.course, { what: 'resume', from: 'paused', to: 'running' });
      this.change('running');
      this.wake?.();
    } else if (this.state === 'stopped' || this.state === 'failed') {
      this.change('running');
      this.start();
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake?.();
    await this.done.catch((error) => {
      if (error instanceof WriteError) throw error;
    });
  }

  subscribe(listener: (event: SessionEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Whether it trains, or will when it is resumed, and nobody has stopped it. */
  get isTraining(): boolean {
    return !this.stopping && (this.state === 'running' || this.state === 'paused');
  }

  trainsOn(patches: PatchSet): boolean {
    return patches === this.loop.data.training || describePatches(patches) === this.course.data;
  }

  /** Takes over the callbacks, and the number of epochs, the minutes and the learning rate where they were changed. */
  follow(options: TrainOptions, { onStep, onEpoch, onNote }: TrainSettings): void {
    if (options.epochs !== this.given.epochs) this.epochs = options.epochs;
    if (options.minutes !== this.given.minutes) this.minutes = options.minutes;
    if (JSON.stringify(options.learningRate) !== JSON.stringify(this.given.learningRate))
      this.learningRate = options.learningRate;
    this.loop.given = options;
    this.loop.settings = { ...this.settings, onStep, onEpoch, onNote };
  }

  /** In a replay: repeats the changes that were made to the original run at this step. */
  private obey(): void {
    const { script } = this.origin;
    const { steps } = this.course.optimizer;
    for (const { what, to } of script?.upTo(steps) ?? []) this.set(what, to);
    if (script && steps >= script.end) this.stopping = true;
  }

  private change(state: TrainSession['state']): void {
    this.state = state;
    this.emit('state');
  }

  private emit(event: SessionEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private start(): void {
    this.stopping = false;
    // The caller gets the session before the first step, whatever fails. A resumed session waits until its folder is
    // free.
    this.done = Promise.resolve(this.done).then(
      () => this.run(),
      () => this.run(),
    );
    // Whoever awaits `done` sees the error; a session that nobody awaits must not end the program.
    this.done.catch(() => undefined);
  }

  private async run(): Promise<TrainResult> {
    let engine: Engine | undefined;
    let unlock: (() => Promise<void>) | undefined;
    let interrupted = false;
    const off = onInterrupt(() => {
      // If stop() was already called, its caller handles the signal and reports it.
      interrupted ||= !this.stopping;
      this.stop().catch(() => undefined);
    });
    try {
      if (this.settings.folder) unlock = await takeLock(this.settings.folder, 'run.lock', 'trains there');
      if (!this.opened || this.diverged) await this.open();
      else if (!this.loop.isOver) noteEvent(this.course, { what: 'resume', from: 'stopped', to: 'running' });
      engine = this.settings.engine ?? (await createEngine());
      await this.loop.folder?.saveOptions(this.course, engine, this.loop.onNote);
      await this.loop.checkPictures(engine).catch(ignoreStopped);
      this.obey();
      while (!this.loop.isOver && !this.stopping) {
        await this.loop.epoch(engine);
        this.obey();
      }
      if (this.stopping) {
        if (!this.loop.isOver) noteEvent(this.course, { what: 'stop', from: 'running', to: 'stopped' });
        await this.loop.checkWeights(engine);
        await this.loop.save();
      }
      this.change(this.loop.isOver ? 'finished' : 'stopped');
      if (interrupted && this.state === 'stopped') this.tellStopped();
      return this.result();
    } catch (error) {
      this.diverged ||= error instanceof DivergedError;
      this.change('failed');
      if (interrupted) console.error(`Training failed: ${(error as Error).message}`);
      throw error;
    } finally {
      off();
      await unlock?.();
      if (!this.settings.engine) await engine?.close();
    }
  }

  private tellStopped(): void {
    const { goOn = 'session.resume() continues' } = this.settings;
    const kept = this.settings.folder ? `checkpoint in ${this.settings.folder}` : 'kept in memory';
    console.log(
      `Training stopped in epoch ${this.course.epoch + 1} after batch ${this.course.batch} of ` +
        `${this.loop.batches}, ${kept}; ${goOn}.`,
    );
  }

  /** At the first start, and after a divergence: takes over the folder's checkpoint, or refuses one of another run. */
  private async open(): Promise<void> {
    const { loop } = this;
    const { learningRate, epochs, minutes, data } = this.course;
    const setAgain = () => {
      this.set('learningRate', learningRate);
      if (!this.diverged) return;
      this.set('epochs', epochs);
      this.set('minutes', minutes);
    };
    if (this.diverged) {
      this.model.weights.set(this.initialWeights);
      loop.course = newCheckpoint(this.given, this.model, data);
      setAgain();
    }
    const fresh = loop.course;
    if (loop.folder) loop.course = await loop.folder.open(fresh, this.settings.resume || this.diverged, loop.onNote);
    if (this.diverged || this.rateChosen) setAgain();
    if (loop.course !== fresh && !loop.isOver)
      noteEvent(this.course, { what: 'resume', from: 'stopped', to: 'running' });
    // Saved at once, so that a fork can be resumed even if it is stopped before its first batch.
    if (this.origin.start && loop.course === fresh) await loop.save();
    this.course.history.batchesPerEpoch = loop.batches;
    this.opened = true;
    this.diverged = false;
  }

  private result(): TrainResult {
    const { best, history } = this.course;
    const model = { ...this.model, weights: (best?.weights ?? this.loop.averaged.weights).slice() };
    return { model, history, best: { epoch: best?.epoch ?? 0, validationLoss: best?.validationLoss ?? NaN } };
  }
}
