import type { Engine, LossOptions } from '../engine/engine';
import { DivergedError } from '../errors';
import type { Model } from '../network/network';
import { layerSlices } from '../network/parameters';
import type { Checkpoint } from '../runs/checkpoint';
import type { EpochRecord, History } from '../runs/history';
import type { RunFolder } from '../runs/runFolder';
import { changedPictures, changeNote, picturesOf, recordAnew } from './changedPictures';
import { checkEvaluation, type EvaluationPictures } from './evaluationPictures';
import { Gauge } from './gauge';
import { follow, layerRates, update } from '../optimizers/update';
import { lossOptionsOf } from './lossOptions';
import { drawPass, type Pass } from './pass';
import type { TrainOptions } from '../recipes/recipes';
import type { Progress, TrainingData, TrainSettings } from './settings';
import { scheduleFactor } from '../recipes/schedule';
import { byEpochs, byMinutes, checkMinutes, recorded, type Timetable } from './timetable';
import { meanLoss, scoreEpoch } from './validate';

const DEFAULT_CHECKPOINT_MINUTES = 5;

/**
 * A network with a larger loss does not recover. The unit is the target's variance: a network that always gives the
 * mean grey has the loss 1.
 */
const LARGEST_LOSS = 1e4;

/** Internal: abandons validation or scoring when stop() is called. */
class Stopped extends Error {}

/** Ignores that validation or scoring was abandoned: a resumed run does it again. */
export const ignoreStopped = (error: unknown) => {
  if (!(error instanceof Stopped)) throw error;
};

/** The questions that the loop asks the session, and its reports. */
export interface Control {
  isStopping(): boolean;
  isPaused(): boolean;
  beforeBatch(): void;
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
  private readonly lossOptions: LossOptions;

  constructor(
    readonly data: TrainingData,
    /** The options that were given last. */
    public given: TrainOptions,
    public settings: TrainSettings,
    readonly model: Model,
    readonly border: number,
    readonly folder: RunFolder | undefined,
    /** The state of the training, as a checkpoint holds it. */
    public course: Checkpoint,
    private readonly control: Control,
    /** The record of the run that is trained again. */
    private readonly replayed?: History,
  ) {
    const { batchSize } = given;
    this.batches = Math.floor(data.training.count / batchSize);
    this.lossOptions = lossOptionsOf(given, border, data.training);
    const validation = data.validation.count / batchSize;
    this.gauge = new Gauge({ batchSize, training: this.batches, validation });
  }

  private get timetable(): Timetable {
    if (this.course.minutes === undefined) return byEpochs;
    return this.replayed ? recorded(this.replayed) : byMinutes;
  }

  /** Asked between epochs. */
  get isOver(): boolean {
    return this.timetable.isOver(this.course);
  }

  /** Trains from the next batch to the end of the epoch, or until it is stopped. */
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
      this.control.beforeBatch();
      if (this.control.isStopping()) return;
      if (course.optimizer.steps - pass.start === batches) {
        Object.assign(course, { random: pass.after, passStart: course.optimizer.steps });
        pass = this.drawPass();
      }
      await this.step(engine, pass, gradient);
      const seconds = before + (Date.now() - began) / 1000;
      this.gauge.add(seconds - course.seconds);
      course.seconds = seconds;
      if (!this.replayed) checkMinutes(course);
      this.report();
    }
    await this.finishEpoch(engine, pass).catch(ignoreStopped);
  }

  private drawPass(): Pass {
    return drawPass(this.course, this.data.training, this.given, this.model);
  }

  /**
   * The model that is validated, scored and kept: the moving average of the weights if there is one, else the weights.
   */
  get averaged(): Model {
    const { ema } = this.course;
    return ema ? { ...this.model, weights: ema } : this.model;
  }

  /**
   * Before the first batch: reports evaluation pictures that cannot be scored, and scores the best weights again if the
   * pictures have changed.
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
    const onBatch = async (lossSoFar: number) => {
      this.leave();
      // A checkpoint holds the weights after the last update only once a loss has shown that they are good.
      if (lossSoFar <= LARGEST_LOSS) await this.saveIfDue();
    };
    const options = { ...this.lossOptions, batchSize: this.given.batchSize, onBatch };
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

  /** Computes the loss once more after the last update, so that no checkpoint keeps weights that have diverged. */
  async checkWeights(engine: Engine): Promise<void> {
    const { batchSize } = this.given;
    const first = { ...this.data.training, count: batchSize };
    const options = { ...this.lossOptions, batchSize, onBatch: () => undefined };
    this.checkLoss('loss', await meanLoss(first, this.model, engine, options), `after batch ${this.course.batch}`);
  }

  private async step(engine: Engine, { ahead, start }: Pass, gradient: Float32Array): Promise<void> {
    const { course, model, given } = this;
    this.timetable.note(course);
    const index = course.optimizer.steps - start;
    const [loss] = await Promise.all([
      engine.lossAndGradient(model, ahead.at(index), gradient, this.lossOptions),
      ahead.prepare(index + 1),
    ]);
    this.checkLoss('loss', loss, `batch ${course.batch + 1}`);
    // The loss has just shown that the weights are good; the update may spoil them.
    await this.saveIfDue();
    const step = course.optimizer.steps + 1;
    const options = { ...given, learningRate: course.learningRate };
    update(model, gradient, course.optimizer, options, this.factor(step - 1));
    if (course.ema) follow(course.ema, model.weights, given.ema!, step);
    course.lossSum += loss;
    course.batch++;
    if (step % given.lossEvery === 0) course.history.losses.push({ step, loss });
  }

  private checkLoss(name: string, loss: number, where: string): void {
    if (loss <= LARGEST_LOSS) return;
    const from = this.folder ? 'from the last checkpoint' : 'from the beginning';
    throw new DivergedError(
      `the ${name} became ${loss} in epoch ${this.course.epoch + 1}, ${where}; lower learningRate, then resume() ` +
        `continues ${from}`,
    );
  }

  /** The factor of all learning rates at the batch that follows `step` others. */
  private factor(step: number): number {
    const { course, batches, given } = this;
    const fraction = this.timetable.fraction(course, batches, step);
    return scheduleFactor(given, { fraction, step, epochs: course.history.epochs });
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
    const { course, averaged: model } = this;
    const began = Date.now();
    const learningRate = this.rate();
    // The average says little about the weights themselves, which the next checkpoint holds as well.
    if (course.ema) await this.checkWeights(engine);
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
    // In a run by minutes the pass through the patches continues in the next epoch.
    if (course.minutes === undefined) course.random = pass.after;
    Object.assign(course, { epoch, batch: 0, lossSum: 0, seconds: 0 });
    await this.save();
    this.settings.onEpoch?.(record);
    this.control.emit('epoch');
  }

  /** Writes a checkpoint if the last one is older than `checkpointMinutes`. */
  private async saveIfDue(): Promise<void> {
    const minutes = this.settings.checkpointMinutes ?? DEFAULT_CHECKPOINT_MINUTES;
    if (Date.now() - this.lastSaved < 60_000 * minutes) return;
    // Set before the write, so that no second checkpoint becomes due meanwhile.
    this.lastSaved = Date.now();
    await this.save();
  }

  async save(): Promise<void> {
    await this.folder?.save(this.course);
    this.lastSaved = Date.now();
  }
}
