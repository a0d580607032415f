import { DivergedError, OptionError, WriteError } from '../errors';
import { drawOrder, emptyBatch, fillBatch, type PatchOrder } from '../data/batches';
import type { Batch, Engine } from '../engine/engine';
import { createEngine } from '../engine/choose';
import { takeLock } from '../disk/lock';
import type { RandomState } from '../random';
import { type Checkpoint, newCheckpoint } from '../runs/checkpoint';
import type { EpochRecord, History } from '../runs/history';
import { changedPictures, changeNote, picturesOf, recordAnew } from './changedPictures';
import { checkEvaluation, type EvaluationPictures } from './evaluationPictures';
import { onInterrupt } from './interrupt';
import { layerRates, scheduleFactor, update } from './optimizers/optimizer';
import type { TrainOptions } from './recipes';
import { describePatches, RunFolder } from '../runs/runFolder';
import type { Progress, TrainingData, TrainResult, TrainSession, TrainSettings } from './settings';
import { meanLoss, scoreEpoch } from './validate';
import type { Model } from '../network/network';

const DEFAULT_CHECKPOINT_MINUTES = 5;

/**
 * In units of the target's variance, where an answer of the mean grey costs 1: a network this far off does not come
 * back.
 */
const LARGEST_LOSS = 1e4;

/** Thrown inside to leave a validation or an evaluation that stop() came into. */
class Stopped extends Error {}

const ignoreStopped = (error: unknown) => {
  if (!(error instanceof Stopped)) throw error;
};

export class Run implements TrainSession {
  done!: Promise<TrainResult>;
  state: TrainSession['state'] = 'running';
  progress: Progress | null = null;
  private course: Checkpoint;
  private readonly initialWeights: Float32Array;
  private readonly batches: number;
  private readonly folder?: RunFolder;
  private readonly listeners = new Set<(event: 'step' | 'epoch' | 'state') => void>();
  private stopping = false;
  private opened = false;
  private diverged = false;
  private wake?: () => void;
  private lastSaved = Date.now();
  private epochEndSeconds = 0;
  private rateChosen = false;
  private evaluation?: EvaluationPictures;

  constructor(
    private readonly data: TrainingData,
    private readonly given: TrainOptions,
    private readonly settings: TrainSettings,
    readonly model: Model,
    private readonly border: number,
  ) {
    this.batches = Math.floor(data.training.count / given.batchSize);
    this.initialWeights = model.weights.slice();
    if (settings.folder) this.folder = new RunFolder(settings.folder, model);
    this.course = newCheckpoint(given, model, settings.folder ? describePatches(data.training) : '');
    this.start();
  }

  get history(): History {
    return this.course.history;
  }

  get options(): TrainOptions {
    return { ...this.given, learningRate: this.learningRate, epochs: this.epochs };
  }

  get learningRate(): number | readonly number[] {
    return this.course.learningRate;
  }

  set learningRate(value: number | readonly number[]) {
    layerRates(value, this.model.network.layers.length);
    this.course.learningRate = value;
    this.rateChosen = true;
  }

  get epochs(): number {
    return this.course.epochs;
  }

  set epochs(value: number) {
    if (!Number.isInteger(value) || value < 1) throw new OptionError(`epochs is ${value}; use a whole number above 0`);
    const begun = this.course.epoch + (this.course.batch > 0 ? 1 : 0);
    if (value < begun)
      throw new OptionError(`epochs is ${value}, but epoch ${begun} is under way; use ${begun} or more, or stop()`);
    this.course.epochs = value;
  }

  pause(): void {
    if (this.state === 'running') this.change('paused');
  }

  resume(): void {
    if (this.state === 'paused') {
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

  subscribe(listener: (event: 'step' | 'epoch' | 'state') => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private change(state: TrainSession['state']): void {
    this.state = state;
    this.emit('state');
  }

  private emit(event: 'step' | 'epoch' | 'state'): void {
    for (const listener of this.listeners) listener(event);
  }

  private start(): void {
    this.stopping = false;
    // The caller holds the session before the first step, whatever fails; one that goes on at once waits until its folder is given back.
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
      interrupted ||= !this.stopping; // Else a caller took the signal, who stops the session and tells so.
      this.stop().catch(() => undefined);
    });
    try {
      if (this.settings.folder) unlock = await takeLock(this.settings.folder, 'run.lock', 'trains there');
      if (!this.opened || this.diverged) await this.open();
      engine = this.settings.engine ?? (await createEngine());
      await this.folder?.saveOptions(this.course, engine);
      await this.checkPictures(engine).catch(ignoreStopped);
      while (this.course.epoch < this.course.epochs && !this.stopping) await this.epoch(engine);
      if (this.stopping) {
        await this.checkWeights(engine);
        await this.save();
      }
      this.change(this.course.epoch < this.course.epochs ? 'stopped' : 'finished');
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
    const kept = this.settings.folder ? `checkpoint in ${this.settings.folder}` : 'kept in memory';
    console.log(
      `Training stopped in epoch ${this.course.epoch + 1} after batch ${this.course.batch} of ${this.batches}, ${kept}; session.resume() goes on.`,
    );
  }

  /** Takes over the folder's checkpoint, or refuses what does not fit: at first, and once the weights in memory are good for nothing. */
  private async open(): Promise<void> {
    const { onNote } = this;
    const { resume = false } = this.settings;
    const { learningRate, epochs, data } = this.course;
    if (this.diverged) {
      this.model.weights.set(this.initialWeights);
      this.course = { ...newCheckpoint(this.given, this.model, data), learningRate, epochs };
    }
    if (this.folder) this.course = await this.folder.open(this.course, resume || this.diverged, onNote);
    if (this.diverged || this.rateChosen) this.course.learningRate = learningRate;
    if (this.diverged) this.course.epochs = epochs;
    this.opened = true;
    this.diverged = false;
  }

  /** From the batch that is next to the end of the epoch, or to where it is stopped. */
  private async epoch(engine: Engine): Promise<void> {
    const { course, batches } = this;
    const random: RandomState = { ...course.random };
    const drawn = drawOrder(this.data.training.count, this.given.augment ?? false, random);
    const gradient = new Float32Array(this.model.weights.length);
    const before = course.seconds,
      firstBatch = course.batch;
    let batch = emptyBatch();
    let began = Date.now();
    while (course.batch < batches) {
      if (this.state === 'paused') {
        await this.untilResumed();
        began = Date.now() - 1000 * (course.seconds - before);
      }
      if (this.stopping) return;
      batch = await this.step(engine, drawn, gradient, batch);
      course.seconds = before + (Date.now() - began) / 1000;
      this.report((course.seconds - before) / (course.batch - firstBatch));
    }
    await this.finishEpoch(engine, random).catch(ignoreStopped);
  }

  /**
   * Before the first batch: names evaluation pictures that cannot be scored, and scores anew where the pictures were
   * changed.
   */
  private async checkPictures(engine: Engine): Promise<void> {
    const { course, data, onNote } = this;
    const now = this.folder && (await picturesOf(data));
    const changed = now ? changedPictures(course, now) : [];
    if (course.epoch < course.epochs || changed.length)
      this.evaluation ??= await checkEvaluation(data, { threads: this.settings.threads, onNote, onImage: this.leave });
    if (changed.length && course.best) {
      onNote(`${this.settings.folder}: ${changeNote(changed, course.pictures!, now!)}`);
      const model = { ...this.model, weights: course.best.weights };
      const validationLoss = changed.includes('validation')
        ? await this.validationLoss(engine, model)
        : course.best.validationLoss;
      recordAnew(course, { validationLoss, ...(await this.scores(engine, model)) });
    }
    course.pictures = now;
    if (changed.length) await this.save();
  }

  private readonly leave = () => {
    if (this.stopping) throw new Stopped();
  };

  private readonly onNote = (message: string) => (this.settings.onNote ?? console.warn)(message);

  private async validationLoss(engine: Engine, model: Model): Promise<number> {
    const { border, leave: onBatch } = this;
    const options = { batchSize: this.given.batchSize, border, onBatch };
    const loss = await meanLoss(this.data.validation, model, engine, options);
    this.checkLoss('validation loss', loss, 'after its last batch');
    return loss;
  }

  private scores(engine: Engine, model: Model) {
    const { onNote, leave: onImage } = this;
    const { files, bicubic } = this.evaluation!;
    const options = { bicubic, threads: this.settings.threads, onNote, onImage };
    return scoreEpoch({ ...this.data, evaluation: files }, model, engine, options);
  }

  /**
   * After the last update no loss says whether the weights are still good: a checkpoint of ruined ones would help
   * nobody.
   */
  private async checkWeights(engine: Engine): Promise<void> {
    const { batchSize } = this.given;
    const first = { ...this.data.training, count: batchSize };
    const options = { batchSize, border: this.border, onBatch: () => undefined };
    this.checkLoss('loss', await meanLoss(first, this.model, engine, options), `after batch ${this.course.batch}`);
  }

  private async step(
    engine: Engine,
    { order, symmetries }: PatchOrder,
    gradient: Float32Array,
    buffers: Batch,
  ): Promise<Batch> {
    const { course, model, given, batches } = this;
    const batch = fillBatch(
      this.data.training,
      order,
      course.batch * given.batchSize,
      given.batchSize,
      model.normalization,
      buffers,
      symmetries,
    );
    const loss = await engine.lossAndGradient(model, batch, gradient, { border: this.border });
    this.checkLoss('loss', loss, `batch ${course.batch + 1}`);
    // The loss has just shown that the weights are good; those after the update may be ruined.
    if (Date.now() - this.lastSaved >= 60_000 * (this.settings.checkpointMinutes ?? DEFAULT_CHECKPOINT_MINUTES))
      await this.save();
    const step = course.epoch * batches + course.batch + 1;
    update(model, gradient, course.optimizer, { ...given, learningRate: course.learningRate }, this.factor());
    course.lossSum += loss;
    course.batch++;
    if (step % given.lossEvery === 0) course.history.losses.push({ step, loss });
    return batch;
  }

  private checkLoss(name: string, loss: number, where: string): void {
    if (loss <= LARGEST_LOSS) return;
    const from = this.folder ? 'from the last checkpoint' : 'from the beginning';
    throw new DivergedError(
      `the ${name} became ${loss} in epoch ${this.course.epoch + 1}, ${where}; lower learningRate, then resume() goes on ${from}`,
    );
  }

  private factor(): number {
    const { epoch, batch, epochs } = this.course;
    return scheduleFactor(this.given.schedule, epoch * this.batches + batch, epochs * this.batches);
  }

  private untilResumed(): Promise<void> {
    return new Promise((resolve) => (this.wake = resolve));
  }

  private report(secondsPerStep: number): void {
    const { epoch, batch, epochs, lossSum } = this.course;
    const { batches } = this;
    const stepsLeft = (epochs - epoch) * batches - batch;
    this.progress = {
      epoch: epoch + 1,
      epochs,
      batch,
      batches,
      loss: lossSum / batch,
      imagesPerSecond: this.given.batchSize / secondsPerStep,
      secondsLeft: stepsLeft * secondsPerStep + (epochs - epoch) * this.epochEndSeconds,
    };
    this.settings.onStep?.(this.progress);
    this.emit('step');
  }

  private async finishEpoch(engine: Engine, random: RandomState): Promise<void> {
    const { course, model } = this;
    const began = Date.now();
    const factor = scheduleFactor(
      this.given.schedule,
      course.epoch * this.batches + course.batch - 1,
      course.epochs * this.batches,
    );
    const validationLoss = await this.validationLoss(engine, model);
    const scores = await this.scores(engine, model);
    this.epochEndSeconds = (Date.now() - began) / 1000;
    const epoch = course.epoch + 1;
    if (!course.best || validationLoss < course.best.validationLoss)
      course.best = { epoch, validationLoss, weights: model.weights.slice() };
    const record: EpochRecord = {
      epoch,
      loss: course.lossSum / this.batches,
      validationLoss,
      ...scores,
      learningRate: factor * layerRates(course.learningRate, model.network.layers.length)[0],
      seconds: course.seconds + this.epochEndSeconds,
    };
    course.history.epochs.push(record);
    Object.assign(course, { random, epoch, batch: 0, lossSum: 0, seconds: 0 });
    await this.save();
    this.settings.onEpoch?.(record);
    this.emit('epoch');
  }

  private async save(): Promise<void> {
    await this.folder?.save(this.course);
    this.lastSaved = Date.now();
  }

  private result(): TrainResult {
    const { best, history } = this.course;
    const model = { ...this.model, weights: (best?.weights ?? this.model.weights).slice() };
    return { model, history, best: { epoch: best?.epoch ?? 0, validationLoss: best?.validationLoss ?? NaN } };
  }
}
