import { drawOrder } from '../data/batches';
import type { PatchSet } from '../data/patches';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import { OptionError } from '../errors';
import { BatchesAhead } from './batchesAhead';
import { lossOptionsOf } from './lossOptions';
import { newOptimizerState } from '../optimizers/optimizers';
import { update } from '../optimizers/update';
import { branchSeedOf, type TrainOptions } from '../recipes/recipes';
import { completeOptions, prepareModel } from './train';

export interface FindRateSettings extends Partial<TrainOptions> {
  /** The first and smallest rate; 1e-5 by default. */
  least?: number;
  /** The last and largest rate; 1 by default. The search ends earlier if the loss has grown fourfold. */
  most?: number;
  /** Batches, each with a rate that is larger by the same factor; 100 by default. */
  batches?: number;
  /** The engine that computes. Without it, one is chosen, and closed at the end. */
  engine?: Engine;
}

/** The loss at growing learning rates. */
export interface RateSearch {
  /**
   * In the order of the batches; `loss` is a moving mean, in which each batch counts 0.9 times as much as the one after
   * it.
   */
  points: { learningRate: number; loss: number }[];
  /** A third of the rate at which the loss was lowest. */
  learningRate: number;
}

/**
 * Trains a copy of the network with a learning rate that grows from batch to batch, until the loss grows as well (Smith
 * 2017, arXiv 1506.01186), and suggests a rate to begin with. Nothing is written. Throws OptionError for options out of
 * range.
 */
export async function findRate(training: PatchSet, settings: FindRateSettings = {}): Promise<RateSearch> {
  const { least = 1e-5, most = 1, batches = 100, engine: given, ...changes } = settings;
  if (!(least > 0 && most > least && Number.isFinite(most)))
    throw new OptionError(`least is ${least} and most ${most}; use rates above 0, the second one larger`);
  if (!Number.isInteger(batches) || batches < 2)
    throw new OptionError(`batches is ${batches}; use a whole number above 1`);
  const options = completeOptions(changes);
  const { model, border } = prepareModel(options, training);
  const engine = given ?? (await createEngine());
  try {
    return await search(engine);
  } finally {
    if (!given) await engine.close();
  }

  async function search(engine: Engine): Promise<RateSearch> {
    const drawn = drawOrder(training.count, options.augment ?? false, { seed: options.seed, draws: 0 });
    const ahead = new BatchesAhead(training, drawn, options.batchSize, model.normalization);
    const inPass = Math.floor(training.count / options.batchSize);
    const gradient = new Float32Array(model.weights.length);
    const lossOptions = lossOptionsOf(options, border, training);
    const state = newOptimizerState(model, options.optimizer, branchSeedOf(options));
    const points: RateSearch['points'] = [];
    let sum = 0;
    let weight = 0;
    for (let n = 0; n < batches; n++) {
      const learningRate = least * (most / least) ** (n / (batches - 1));
      const found = await engine.lossAndGradient(model, ahead.at(n % inPass), gradient, lossOptions);
      sum = 0.9 * sum + found;
      weight = 0.9 * weight + 1;
      const loss = sum / weight;
      if (!(loss <= 4 * Math.min(...points.map((point) => point.loss), loss))) break;
      points.push({ learningRate, loss });
      update(model, gradient, state, { ...options, learningRate });
    }
    const lowest = points.reduce((a, b) => (b.loss < a.loss ? b : a));
    return { points, learningRate: lowest.learningRate / 3 };
  }
}
