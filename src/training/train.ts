import { join } from 'node:path';
import { CheckpointError, DivergedError, OptionError } from '../errors';
import { fillBatch, type Normalization, seedNormalization } from '../data/batches';
import type { PatchSet } from '../data/patches';
import type { Batch, Engine } from '../engine/engine';
import { createWasmEngine } from '../engine/wasm/wasm';
import { evaluate } from '../evaluation/evaluate';
import { type RandomState, shuffled } from '../model/random';
import { type Model, srcnn } from '../model/srcnn';
import { saveWeights } from '../model/weights';
import { type Checkpoint, readCheckpoint, writeAtomically, writeCheckpoint } from './checkpoint';
import { type EpochRecord, type History, newHistory } from './history';
import { layerRates, newOptimizerState, scheduleFactor, update } from './optimizer';
import { recipes, type TrainOptions } from './recipes';

export interface TrainingData {
  training: PatchSet;
  validation: PatchSet;
  /** Image files scored after each epoch; none: no scores. */
  evaluation?: string[];
}

export interface Progress {
  epoch: number;
  epochs: number;
  batch: number;
  batches: number;
  loss: number;
  secondsLeft: number;
}

export interface TrainSettings extends Partial<TrainOptions> {
  /** The run's folder: options, history, checkpoint and best weights are written there. None: nothing is written. */
  folder?: string;
  /** Go on from the folder's checkpoint where there is one. */
  resume?: boolean;
  engine?: Engine;
  normalization?: Normalization;
  onStep?: (progress: Progress) => void;
  onEpoch?: (record: EpochRecord) => void;
}

export interface TrainResult {
  /** The weights with the lowest validation loss. */
  model: Model;
  history: History;
  best: { epoch: number; validationLoss: number };
}

/** Training under way: `done` settles at the end; `history` grows meanwhile. */
export interface TrainSession {
  readonly done: Promise<TrainResult>;
  readonly model: Model;
  readonly history: History;
  /** Ends after the current batch, with a checkpoint; `done` then gives what was reached. */
  stop(): void;
}

/** Trains SRCNN on patches in the background and returns at once. Throws OptionError for options out of range. */
export function train(data: TrainingData, settings: TrainSettings = {}): TrainSession {
  const { folder, resume, engine, normalization, onStep, onEpoch, ...given } = settings;
  const options: TrainOptions = { ...recipes.tuned, ...given };
  const model = srcnn(options.network, options);
  checkOptions(options, data, model);
  const run = new Run(data, options, settings, model);
  run.done = run.start();
  // Whoever awaits `done` sees the error; a session that nobody awaits must not end the program.
  run.done.catch(() => undefined);
  return run;
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

const emptyBatch = (): Batch => ({ input: new Float32Array(0), target: new Float32Array(0), count: 0, height: 0, width: 0 });

class Run implements TrainSession {
  done!: Promise<TrainResult>;
  private state: Checkpoint;
  private stopped = false;
  private readonly batches: number;
  private readonly normalization: Normalization;

  constructor(private readonly data: TrainingData, private readonly options: TrainOptions, private readonly settings: TrainSettings, readonly model: Model) {
    const { training } = data;
    this.batches = Math.floor(training.count / options.batchSize);
    this.normalization = settings.normalization ?? seedNormalization;
    this.state = {
      options, data: `${training.count} patches of ${training.size}, ${training.protocol} x${training.scale}`, epoch: 0, batch: 0,
      random: { seed: options.seed ^ 0x5eed, draws: 0 }, history: newHistory(), weights: model.weights,
      optimizer: newOptimizerState(model, options.optimizer), best: null,
    };
  }

  get history(): History {
    return this.state.history;
  }

  stop(): void {
    this.stopped = true;
  }

  async start(): Promise<TrainResult> {
    // The caller holds the session before the first step, whatever fails.
    await Promise.resolve();
    const engine = this.settings.engine ?? (await createWasmEngine());
    try {
      if (this.settings.resume) await this.resume();
      await this.save('options.json', this.options);
      while (this.state.epoch < this.options.epochs && !this.stopped) await this.epoch(engine);
      return this.result();
    } finally {
      if (!this.settings.engine) await engine.close();
    }
  }

  private async resume(): Promise<void> {
    if (!this.settings.folder) throw new OptionError('resume needs the run\'s folder; give folder too');
    const file = join(this.settings.folder, 'checkpoint.bin');
    const found = await readCheckpoint(file).catch((error) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (!found) return;
    const { epochs: _, ...wanted } = this.options;
    const { epochs: __, ...had } = found.options;
    if (JSON.stringify(wanted) !== JSON.stringify(had)) throw new CheckpointError(`${file}: made with other options (${JSON.stringify(had)}); use those, or another folder`);
    if (found.data !== this.state.data) throw new CheckpointError(`${file}: made with other data (${found.data}; now ${this.state.data}); use another folder`);
    this.model.weights.set(found.weights);
    this.state = { ...found, options: this.options, weights: this.model.weights };
  }

  private async epoch(engine: Engine): Promise<void> {
    const { options, state, model, batches } = this;
    const began = Date.now();
    const random: RandomState = { ...state.random };
    const order = shuffled(this.data.training.count, random);
    const gradient = new Float32Array(model.weights.length);
    let batch = emptyBatch();
    let sum = 0, factor = 1;
    for (let index = 0; index < batches; index++) {
      if (this.stopped) return;
      batch = fillBatch(this.data.training, order, index * options.batchSize, options.batchSize, this.normalization, batch);
      const loss = await engine.lossAndGradient(model, batch, gradient, options.border);
      if (!Number.isFinite(loss)) throw new DivergedError(`the loss became ${loss} in epoch ${state.epoch + 1}, batch ${index + 1}; lower learningRate`);
      const step = state.epoch * batches + index;
      factor = scheduleFactor(options.schedule, step, options.epochs * batches);
      update(model, gradient, state.optimizer, options, factor);
      sum += loss;
      if ((step + 1) % options.lossEvery === 0) state.history.losses.push({ step: step + 1, loss });
      this.report(index + 1, loss, began);
    }
    state.random = random;
    state.epoch++;
    await this.finishEpoch(engine, sum / batches, factor, began);
  }

  private report(batch: number, loss: number, began: number): void {
    const { epoch } = this.state;
    const { epochs } = this.options;
    const left = (epochs - epoch) * this.batches - batch;
    this.settings.onStep?.({ epoch: epoch + 1, epochs, batch, batches: this.batches, loss, secondsLeft: ((Date.now() - began) / 1000 / batch) * left });
  }

  private async finishEpoch(engine: Engine, loss: number, factor: number, began: number): Promise<void> {
    const { state, model, options } = this;
    const validationLoss = await this.validationLoss(engine);
    if (!state.best || validationLoss < state.best.validationLoss) state.best = { epoch: state.epoch, validationLoss, weights: model.weights.slice() };
    const scores = await this.scores(engine);
    const learningRate = factor * layerRates(options.learningRate, model.layers.length)[0];
    const record = { epoch: state.epoch, loss, validationLoss, ...scores, learningRate, seconds: (Date.now() - began) / 1000 };
    state.history.epochs.push(record);
    if (this.settings.folder) {
      await writeCheckpoint(join(this.settings.folder, 'checkpoint.bin'), state);
      await this.save('history.json', state.history);
      if (state.best.epoch === state.epoch) await saveWeights(join(this.settings.folder, 'weights.safetensors'), model, { epoch: String(state.epoch), options: JSON.stringify(options), data: state.data });
    }
    this.settings.onEpoch?.(record);
  }

  private async validationLoss(engine: Engine): Promise<number> {
    const { validation } = this.data;
    const order = Uint32Array.from({ length: validation.count }, (_, index) => index);
    let batch = emptyBatch();
    let sum = 0;
    for (let start = 0; start < validation.count; start += this.options.batchSize) {
      const count = Math.min(this.options.batchSize, validation.count - start);
      batch = fillBatch(validation, order, start, count, this.normalization, batch);
      sum += count * (await engine.lossAndGradient(this.model, batch, null, this.options.border));
    }
    return sum / validation.count;
  }

  private async scores(engine: Engine): Promise<Pick<EpochRecord, 'psnr' | 'ssim' | 'bicubicPsnr' | 'bicubicSsim'>> {
    const { evaluation, training } = this.data;
    if (!evaluation?.length) return { psnr: null, ssim: null, bicubicPsnr: null, bicubicSsim: null };
    const { summary } = await evaluate(evaluation, { protocol: training.protocol, scale: training.scale, model: this.model, engine, normalization: this.normalization });
    const of = (method: string) => summary.find((row) => row.method === method);
    const network = of('srcnn'), bicubic = of('bicubic');
    return { psnr: network?.psnr ?? null, ssim: network?.ssim ?? null, bicubicPsnr: bicubic?.psnr ?? null, bicubicSsim: bicubic?.ssim ?? null };
  }

  private async save(name: string, content: unknown): Promise<void> {
    if (this.settings.folder) await writeAtomically(join(this.settings.folder, name), JSON.stringify(content, null, 2) + '\n');
  }

  private result(): TrainResult {
    const { best, history } = this.state;
    const model = { ...this.model, weights: best ? best.weights : this.model.weights };
    return { model, history, best: { epoch: best?.epoch ?? 0, validationLoss: best?.validationLoss ?? NaN } };
  }
}
