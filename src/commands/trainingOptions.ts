import { type Command, Option } from 'commander';
import { type LossName, lossNames } from '../engine/losses/losses';
import { UnknownNameError } from '../errors';
import { networkNames } from '../network/families/families';
import { type OptimizerName, optimizerNames } from '../optimizers/optimizers';
import { recipeFor, type RecipeName, recipes, type TrainOptions } from '../recipes/recipes';
import { engineOption, number, numbers, protocolOption, scaleOption, threadsOption } from './options';

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

/** Adds these flags and the data to a command. */
export function addTrainingOptions(command: Command): Command {
  return command
    .argument(
      '[data...]',
      'folders or names of data sets; all train, and only the first validates and is evaluated (default: sample)',
    )
    .option(
      '-r, --recipe <name>',
      `one of ${Object.keys(recipes).join(', ')} (default: ecbsr for its family, small for other networks that read ` +
        'the small picture, else tuned)',
    )
    .option('-n, --network <name>', `one of ${networkNames.join(', ')} (default: the recipe's)`)
    .option('-b, --batch-size <n>', "patches in a batch (default: the recipe's)", number('batch-size'))
    .addOption(
      new Option('--optimizer <name>', "how weights follow the gradient (default: the recipe's)").choices(
        optimizerNames,
      ),
    )
    .addOption(new Option('--loss <name>', "what is minimised (default: the recipe's)").choices(lossNames))
    .option('--from <weights>', 'weights to start from: a name such as x2, or a .safetensors file')
    .option('--weight-decay <x>', 'part by which kernels shrink, times the learning rate', number('weight-decay'))
    .option(
      '--patch-size <n>',
      'side of a patch in pixels of what the network reads (default: 32)',
      number('patch-size'),
    )
    .option('--stride <n>', 'pixels from one patch to the next (default: 13)', number('stride'))
    .option(
      '--sizes <list>',
      'sizes at which each picture trains, as parts of its own, such as 1,0.8,0.6 (default: 1)',
      numbers('sizes'),
    )
    .option('--augment', 'turn and mirror patches at random')
    .option('--branches', "train 3x3 kernels as sums of ECBSR's branches (default: only its own family)")
    .option('--no-branches', 'train the plain kernels')
    .addOption(protocolOption())
    .addOption(scaleOption())
    .addOption(threadsOption())
    .addOption(engineOption());
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
