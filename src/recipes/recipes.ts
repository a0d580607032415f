import type { InitializeOptions } from '../network/initialize';
import { families, networkNamed } from '../network/families/families';
import type { Network } from '../network/network';
import type { LossName } from '../engine/losses/losses';
import type { OptimizerOptions } from '../optimizers/optimizers';
import type { ScheduleOptions } from './schedule';

/** All options of a training run; they are written beside its results. */
export interface TrainOptions extends OptimizerOptions, ScheduleOptions {
  /** A network's name ('9-1-7'), or a description of your own. */
  network: string | Network;
  /** How initial weights are drawn: 'he' (He et al. 2015), or 'gaussian', the report's N(0, 0.001). */
  initialization: NonNullable<InitializeOptions['initialization']>;
  /**
   * Weights to start from: a name that `pretrained` knows ('x2') or a .safetensors file, of the same network at any
   * scale. If the scale differs, the last layer begins with new weights.
   */
  from?: string;
  /** Seeds the initial weights and the order of the patches: a whole number, 0 in all recipes. */
  seed: number;
  /** Passes through the training patches: a whole number above 0, 20 in all recipes. */
  epochs: number;
  /**
   * Minutes of training and validation after which the run ends and its schedule is over, whatever the machine; pauses
   * do not count. `epochs` is then ignored: an epoch is the time from one validation to the next, and a run has 4 to 60
   * of them.
   */
  minutes?: number;
  /**
   * Patches in a batch: a whole number above 0; 128 by `report`, 16 by `tuned`, 32 by `small`. Patches that do not fill
   * the last batch of an epoch are left out of it.
   */
  batchSize: number;
  /**
   * Pixels at the edge of each patch's target that the loss leaves out: 0 or more, and below half its side; 'reach':
   * all whose output depends on what lies outside the patch. A network trained with a border has never seen zero
   * padding, so pictures are padded by reflection when it is used.
   */
  border: number | 'reach';
  /**
   * What is minimised: 'mse' by default, 'l1', 'charbonnier', 'huber' or 'fdpl'. 'fdpl' takes the outputs inside the
   * border in whole blocks of 8x8, and weighs their frequencies by how much the degradation of the training pictures
   * changes them.
   */
  loss?: LossName;
  /**
   * The decay of a moving average of the weights (Polyak and Juditsky 1992): above 0 and below 1, such as 0.999; it is
   * smaller in the first batches. The average is then validated, scored and saved in place of the weights. By default
   * there is none.
   */
  ema?: number;
  /**
   * Trains each 3x3 convolution as the sum of its own kernel and ECBSR's branches (Zhang, Zeng and Zhang 2021): two
   * convolutions with twice as many planes between them, and three with fixed filters that find edges. The trained
   * network has the weights of an ordinary one. `learningRate` and `weightDecay` hold for a layer's branches as for its
   * own kernel. A network without a 3x3 convolution is refused. False by default, true by `ecbsr`.
   */
  branches?: boolean;
  /** Turns and mirrors each patch at random, differently in each epoch; false by default, true by `small`. */
  augment?: boolean;
  /** Batches between two entries of the loss curve: a whole number above 0, 100 in all recipes. */
  lossEvery: number;
}

/** Defaults of options that files of earlier versions do not have. */
export const unsaid = { loss: 'mse', augment: false, branches: false } as const;

const shared = { ...unsaid, network: '9-1-7', seed: 0, epochs: 20, batchSize: 128, border: 0, lossEvery: 100 } as const;

/**
 * The report's recipe: N(0, 0.001), SGD with momentum, 1e-4, 1e-4, 1e-5. Its loss stays at 1.0 for some 7,000 updates.
 */
const report: TrainOptions = {
  ...shared,
  initialization: 'gaussian',
  optimizer: 'sgd',
  learningRate: [1e-4, 1e-4, 1e-5],
  momentum: 0.9,
  schedule: 'constant',
};

/**
 * He initialisation, SOAP with cosine decay, small batches, and no loss near the edge of a patch. On BSDS500 it is
 * above bicubic after one epoch, and after five above Adam after twelve (results/paper-x3).
 */
const tuned: TrainOptions = {
  ...shared,
  initialization: 'he',
  optimizer: 'soap',
  learningRate: 3e-3,
  schedule: 'cosine',
  batchSize: 16,
  border: 'reach',
};

/**
 * For networks that read the small picture: absolute error, patches turned and mirrored, SOAP with cosine decay. With
 * it, plain-32x6 passes 32.7 dB on Set5 x3 after one epoch of BSDS500 (patches of 32, stride 13).
 */
const small: TrainOptions = {
  ...tuned,
  network: 'plain-32x6',
  batchSize: 32,
  border: 0,
  loss: 'l1',
  augment: true,
};

/** For the family of ECBSR: as `small`, and with branches. */
const branched: TrainOptions = { ...small, network: 'ecbsr-m4c16', branches: true };

/** The recipes by name; `{...recipes.tuned, epochs: 5}` is one of your own. */
export const recipes = { report, tuned, small, ecbsr: branched };

export type RecipeName = keyof typeof recipes;

/**
 * The name of a network's default recipe: that of its family, such as 'ecbsr'. Without one, it is 'small' for networks
 * that read the small picture, and 'tuned' for others. Throws UnknownNameError for a name that the lab does not know.
 */
export function recipeFor(network: string | Network = '9-1-7'): RecipeName {
  const described = typeof network === 'string' ? networkNamed(network) : network;
  const family = families.find(({ recipe, named }) => recipe && described && named(described.name, described));
  return family?.recipe ?? (described?.reads === 'small' ? 'small' : 'tuned');
}

/** The seed of the branches in a training that has any. */
export const branchSeedOf = ({ branches, seed }: Pick<TrainOptions, 'branches' | 'seed'>): number | undefined =>
  branches ? seed : undefined;
