import { drawOrder } from '../data/batches';
import type { Engine } from '../engine/engine';
import { DivergedError, OptionError } from '../errors';
import type { Model } from '../network/network';
import { layerSlices } from '../network/parameters';
import type { RandomState } from '../random';
import type { Checkpoint } from '../runs/checkpoint';
import type { EpochRecord } from '../runs/history';
import type { RunFolder } from '../runs/runFolder';
import { BatchesAhead } from './batchesAhead';
import { changedPictures, changeNote, picturesOf, recordAnew } from './changedPictures';
import { checkEvaluation, type EvaluationPictures } from './evaluationPictures';
import { Gauge } from './gauge';
import { layerRates, scheduleFactor, update } from './optimizers/optimizer';
import type { TrainOptions } from './recipes';
import type { Progress, TrainingData, TrainSettings } from './settings';
import { byEpochs, byMinutes, type Timetable } from './timetable';
import { meanLoss, scoreEpoch } from './validate';

const DEFAULT_CHECKPOINT_MINUTES = 5;

/**
 * In units of the target's variance, where an answer of the mean grey costs 1: a network this far off does not come
 * back.
 */
const LARGEST_LOSS = 1e4;

/** Internal: abandons validation or scoring when stop() is called. */
class Stopped extends Error {}

/** For what may be abandoned: it is done anew after a resume. */
export const ignoreStopped = (error: unknown) => {
  if (!(error instanceof Stopped)) throw error;
};

/** A pass through the training patches in random order. */
interface Pass {
  ahead: BatchesAhead;
  /** Batches done when it began. */
  start: number;
  /** The random state that the next one is drawn from. */
  after: RandomState;
}

/** What the loop asks of the session, and tells it. */
export interface Control {
  isStopping(): boolean;
  isPaused(): boolean;
  untilResumed(): Promise<void>;
  emit(event: 'step' | 'epoch'): void;
}

/** The loop of an epoch: batches, checkpoints in time, validation and scores. */
export class EpochLoop {
  progress: Progress | null = null;
  readonly batches: number;
  private lastSaved = Date.now();
  private readonly gauge: Gauge;
  private evaluation?: EvaluationPictures;

  constructor(
    readonly data: TrainingData,
    /** The options as they were given, last. */
    public given: TrainOptions,
    public settings: TrainSettings,
    readonly model: Model,
    private readonly border: number,
    readonly folder: RunFolder | undefined,
    /** Where training stands: what a checkpoint holds. */
    public course: Checkpoint,
    private readonly control: Control,
  ) {
    const { batchSize } = given;
    this.batches = Math.floor(data.training.count / batchSize);
    const validation = data.validation.count / batchSize;
    this.gauge = new Gauge({ batchSize, training: this.batches, validation });
  }

  private get timetable(): Timetable {
    return this.course.minutes === undefined ? byEpochs : byMinutes;
  }

  /** Asked between epochs. */
  get isOver(): boolean {
    return this.timetable.isOver(this.course);
  }

  /** From the batch that is next to the end of the epoch, or to where it is stopped. */
  async epoch(engine: Engine): Promise<void> {
    const { course, batches } = this;
    let pass = this.drawPass();
    const gradient = new Float32Array(this.model.weights.length);
    const before = course.seconds;
    let began = Date.now();
    this.gauge.beginEpoch();
    while (!this.timetable.epochIsOver(course, batches)) {
      if (this.control.isPaused()) {
        await this.control.untilResumed();
        began = Date.now() - 1000 * (course.seconds - before);
      }
      if (this.control.isStopping()) return;
      if (course.optimizer.steps - pass.start === batches) {
        Object.assign(course, { random: pass.after, passStart: course.optimizer.steps });
        pass = this.drawPass();
      }
      await this.step(engine, pass, gradient);
      const seconds = before + (Date.now() - began) / 1000;
      this.gauge.add(seconds - course.seconds);
      course.seconds = seconds;
      this.checkMinutes();
      this.report();
    }
    await this.finishEpoch(engine, pass).catch(ignoreStopped);
  }

  /** The order of the patches in the pass that is under way. */
  private drawPass(): Pass {
    const { course } = this;
    const after: RandomState = { ...course.random };
    const drawn = drawOrder(this.data.training.count, this.given.augment ?? false, after);
    const ahead = new BatchesAhead(this.data.training, drawn, this.given.batchSize, this.model.normalization);
    return { ahead, start: course.passStart ?? course.optimizer.steps - course.batch, after };
  }

  private checkMinutes(): void {
    const { minutes, seconds, optimizer } = this.course;
    if (minutes === undefined || optimizer.steps > 1 || seconds < 60 * minutes) return;
    throw new OptionError(
      `minutes is ${minutes}, but the first batch alone took ${seconds.toFixed(1)} seconds; use more`,
    );
  }

  /**
   * Before the first batch: names evaluation pictures that cannot be scored, and scores anew where the pictures were
   * changed.
   */
  async checkPictures(engine: Engine): Promise<void> {
    const { course, data, onNote } = this;
    const now = this.folder && (await picturesOf(data));
    const changed = now ? changedPictures(course, now) : [];
    if (!this.isOver || changed.length)
      this.evaluation ??= await checkEvaluation(data, { threads: this.settings.threads, onNote, onImage: this.leave });
    if (changed.length && course.best) {
      onNote(`${this.settings.folder}: ${changeNote(changed, course.pictures!, now!)}`);
      const model = { ...this.model, weights: course.best.weights };
      const validationLoss = changed.includes('validation')
        ? await this.validationLoss(engine, model)
        : course.best.validationLoss;
      recordAnew(course, { validationLoss, scores: await this.scores(engine, model) });
    }
    course.pictures = now;
    if (changed.length) await this.save();
  }

  private readonly leave = () => {
    if (this.control.isStopping()) throw new Stopped();
  };

  readonly onNote = (message: string) => (this.settings.onNote ?? console.warn)(message);

  private async validationLoss(engine: Engine, model: Model): Promise<number> {
    const { border } = this;
    const onBatch = async (lossSoFar: number) => {
      this.leave();
      // A checkpoint holds the weights after the last update only once a loss has shown that they are good.
      if (lossSoFar <= LARGEST_LOSS) await this.saveIfDue();
    };
    const { batchSize, loss: kind } = this.given;
    const options = { batchSize, border, loss: kind, onBatch };
    const loss = await meanLoss(this.data.validation, model, engine, options);
    this.checkLoss('validation loss', loss, 'after its last batch');
    return loss;
  }

  private async scores(engine: Engine, model: Model) {
    const { onNote } = this;
    const { files, bicubic } = this.evaluation!;
    let saving = Promise.resolve();
    const onImage = () => {
      this.leave();
      saving = saving.then(() => this.saveIfDue());
      saving.catch(() => undefined);
    };
    const options = { bicubic, threads: this.settings.threads, onNote, onImage };
    // The checkpoint is written while pictures are scored; nothing in it changes before both are done.
    return scoreEpoch({ ...this.data, evaluation: files }, model, engine, options).finally(() => saving);
  }

  /**
   * After the last update no loss says whether the weights are still good: a checkpoint of ruined ones would help
   * nobody.
   */
  async checkWeights(engine: Engine): Promise<void> {
    const { batchSize, loss } = this.given;
    const first = { ...this.data.training, count: batchSize };
    const options = { batchSize, border: this.border, loss, onBatch: () => undefined };
    this.checkLoss('loss', await meanLoss(first, this.model, engine, options), `after batch ${this.course.batch}`);
  }

  private async step(engine: Engine, { ahead, start }: Pass, gradient: Float32Array): Promise<void> {
    const { course, model, given } = this;
    this.timetable.note(course);
    const index = course.optimizer.steps - start;
    const [loss] = await Promise.all([
      engine.lossAndGradient(model, ahead.at(index), gradient, { border: this.border, loss: given.loss }),
      ahead.prepare(index + 1),
    ]);
    this.checkLoss('loss', loss, `batch ${course.batch + 1}`);
    // The loss has just shown that the weights are good; those after the update may be ruined.
    await this.saveIfDue();
    const step = course.optimizer.steps + 1;
    const options = { ...given, learningRate: course.learningRate };
    update(model, gradient, course.optimizer, options, this.factor(step - 1));
    course.lossSum += loss;
    course.batch++;
    if (step % given.lossEvery === 0) course.history.losses.push({ step, loss });
  }

  private checkLoss(name: string, loss: number, where: string): void {
    if (loss <= LARGEST_LOSS) return;
    const from = this.folder ? 'from the last checkpoint' : 'from the beginning';
    throw new DivergedError(
      `the ${name} became ${loss} in epoch ${this.course.epoch + 1}, ${where}; lower learningRate, then resume() ` +
        `goes on ${from}`,
    );
  }

  /** What the learning rates are multiplied by at the batch after `step` others. */
  private factor(step: number): number {
    return scheduleFactor(this.given.schedule, this.timetable.fraction(this.course, this.batches, step));
  }

  /** The first layer's learning rate at the batch just done. */
  private rate(): number {
    const { learningRate, optimizer } = this.course;
    const [first] = layerRates(learningRate, layerSlices(this.model.network).length);
    return this.factor(optimizer.steps - 1) * first;
  }

  private report(): void {
    this.progress = this.gauge.progress(this.course, this.rate());
    this.settings.onStep?.(this.progress);
    this.control.emit('step');
  }

  private async finishEpoch(engine: Engine, pass: Pass): Promise<void> {
    const { course, model } = this;
    const began = Date.now();
    const learningRate = this.rate();
    const validationLoss = await this.validationLoss(engine, model);
    const scores = await this.scores(engine, model);
    const validationSeconds = (Date.now() - began) / 1000;
    const epoch = course.epoch + 1;
    if (!course.best || validationLoss < course.best.validationLoss)
      course.best = { epoch, validationLoss, weights: model.weights.slice() };
    const record: EpochRecord = {
      epoch,
      step: course.optimizer.steps,
      loss: course.lossSum / course.batch,
      validationLoss,
      scores,
      learningRate,
      seconds: course.seconds + validationSeconds,
      validationSeconds,
    };
    course.history.epochs.push(record);
    // In a run by minutes the pass through the patches goes on.
    if (course.minutes === undefined) course.random = pass.after;
    Object.assign(course, { epoch, batch: 0, lossSum: 0, seconds: 0 });
    await this.save();
    this.settings.onEpoch?.(record);
    this.control.emit('epoch');
  }

  /** The timed checkpoint. */
  private async saveIfDue(): Promise<void> {
    const minutes = this.settings.checkpointMinutes ?? DEFAULT_CHECKPOINT_MINUTES;
    if (Date.now() - this.lastSaved < 60_000 * minutes) return;
    // Not due again while this one is being written.
    this.lastSaved = Date.now();
    await this.save();
  }

  async save(): Promise<void> {
    await this.folder?.save(this.course);
    this.lastSaved = Date.now();
  }
}
