import { type Command, Option } from 'commander';
import { type LossName, lossNames } from '../engine/losses/losses';
import { UnknownNameError } from '../errors';
import { networkNames } from '../network/families/families';
import { type OptimizerName, optimizerNames } from '../optimizers/optimizers';
import { recipeFor, type RecipeName, recipes, type TrainOptions } from '../recipes/recipes';
import { number, numbers, protocolOption, scaleOption } from './options';

/** What is trained, and on which patches: the flags that `train` and `rate` share. */
export interface TrainingFlags {
  recipe?: string;
  network?: string;
  batchSize?: number;
  optimizer?: OptimizerName;
  loss?: LossName;
  from?: string;
  weightDecay?: number;
  patchSize?: number;
  stride?: number;
  sizes?: number[];
  augment?: boolean;
  branches?: boolean;
  protocol: string;
  scale: number;
  threads?: number;
  engine?: string;
}

const ofRecipe = "the recipe's";

/** Adds the argument for the data, whose purpose `use` describes, and the flags that say what is trained on them. */
export function addNetworkOptions(command: Command, use: string): Command {
  return command
    .argument('[data...]', `folders of pictures, or names of data sets (srcnn data list)${use} (default: sample)`)
    .addOption(
      new Option('-n, --network <name>', `the network: ${networkNames.join(', ')}`).default(undefined, ofRecipe),
    )
    .addOption(scaleOption())
    .addOption(protocolOption());
}

/** Adds the flags that say how it is trained. */
export function addRecipeOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-r, --recipe <name>',
        `recipe that gives the options you leave out: ${Object.keys(recipes).join(', ')}`,
      ).default(undefined, 'ecbsr for its family, small for other networks that read the small picture, else tuned'),
    )
    .addOption(
      new Option('-b, --batch-size <n>', 'patches in a batch')
        .argParser(number('batch-size'))
        .default(undefined, ofRecipe),
    )
    .addOption(
      new Option('--optimizer <name>', 'how gradients become steps')
        .choices(optimizerNames)
        .default(undefined, ofRecipe),
    )
    .addOption(
      new Option('--loss <name>', 'error that training reduces').choices(lossNames).default(undefined, ofRecipe),
    )
    .option(
      '--weight-decay <x>',
      'with each batch, kernels shrink by this part of themselves times the learning rate (default: 0)',
      number('weight-decay'),
    )
    .option(
      '--from <weights>',
      'weights to start from: a name such as x2, or a .safetensors file (default: random weights)',
    )
    .option('--augment', 'turn and mirror patches at random (the recipes small and ecbsr always do)')
    .option('--branches', "train 3x3 kernels as sums of ECBSR's branches (default: the recipe's)")
    .option('--no-branches', 'train the plain kernels')
    .option(
      '--patch-size <n>',
      'side of a patch in pixels of the picture that the network reads (default: 32)',
      number('patch-size'),
    )
    .option('--stride <n>', 'pixels from one patch to the next (default: 13)', number('stride'))
    .option(
      '--sizes <list>',
      'train on each picture at several sizes, with commas between: 1,0.8 adds a copy of 0.8 times the width and ' +
        'height (default: 1)',
      numbers('sizes'),
    );
}

/** The recipe's name as it was asked for, and its options with the flags in their place. */
export function recipeOf(flags: TrainingFlags): { asked: string; options: TrainOptions } {
  const asked = flags.recipe ?? recipeFor(flags.network);
  // Version 0.1 called the report's recipe 'seed'.
  const recipe = recipes[(asked === 'seed' ? 'report' : asked) as RecipeName] as TrainOptions | undefined;
  if (!recipe) throw new UnknownNameError('recipe', asked, Object.keys(recipes));
  const { network, batchSize, optimizer, loss, augment, branches, from, weightDecay } = flags;
  return {
    asked,
    options: {
      ...recipe,
      ...given({ network, batchSize, optimizer, loss, augment, branches, from, weightDecay }),
    },
  };
}

/** The options that were given. */
export function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
