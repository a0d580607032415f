import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Command, Option } from 'commander';
import { datasetNames, evaluationImages, loadDataset, splitText } from '../data/datasets';
import { preparePatches } from '../data/patches';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import { DivergedError, OptionError } from '../errors';
import { loadCheckpoint } from '../runs/checkpoint';
import type { EpochRecord, EpochScores } from '../runs/history';
import { checkRunName } from '../runs/runName';
import { recipes, type TrainOptions } from '../recipes/recipes';
import { type ScheduleName, schedules } from '../recipes/schedule';
import { onStopSignals } from '../training/interrupt';
import { modelFor, prepareModel, train } from '../training/train';
import { explainLeftOut } from './dataArgument';
import { engineOption, number, protocolsExplained, threadsOption } from './options';
import { defaultRunFolder } from './runFolderName';
import { duration, showCount, showLine, showSkipped } from './terminal';
import { addNetworkOptions, addRecipeOptions, given, recipeOf, type TrainingFlags } from './trainingOptions';
import type { Progress, TrainingData } from '../training/settings';
import type { Network } from '../network/network';

interface TrainFlags extends TrainingFlags {
  epochs?: number;
  minutes?: number;
  learningRate?: number;
  ema?: number;
  schedule?: ScheduleName;
  patience?: number;
  warmUp?: number;
  evaluation?: string;
  out?: string;
  resume?: boolean;
}

/** Adds `srcnn train`. */
export function trainCommand(program: Command): void {
  const command = program
    .command('train')
    .summary('Train a network on a data set or on a folder of pictures')
    .description(
      'Train a network on a data set or on a folder of pictures. Ctrl-C ends the run with a checkpoint; the same ' +
        'command with --resume continues it.',
    );
  addNetworkOptions(command, '; all train, but only the first one validates and is scored')
    .option(
      '-e, --epochs <n>',
      `epochs in all, those before --resume included (default: ${recipes.tuned.epochs})`,
      number('epochs'),
    )
    .option('-m, --minutes <x>', 'instead of --epochs: minutes of training and validation in all', number('minutes'))
    .option('-o, --out <folder>', "the run's folder (default: results/runs/RECIPE-DATA-xSCALE)")
    .option('--resume', "continue from the checkpoint in the run's folder")
    .option('--evaluation <data>', "folder or data set that is scored after each epoch (default: the data set's own)")
    .option(
      '-l, --learning-rate <x>',
      "learning rate of all layers; with --resume, from now on (default: the recipe's; with --resume, the run's)",
      number('learning-rate'),
    );
  addRecipeOptions(command)
    .addOption(
      new Option('--schedule <name>', 'how the learning rate changes')
        .choices(schedules)
        .default(undefined, "the recipe's"),
    )
    .option(
      '--patience <n>',
      'schedule plateau: epochs without a lower validation loss before the rate is halved (default: 3)',
      number('patience'),
    )
    .option(
      '--warm-up <n>',
      'batches at the beginning in which the learning rate grows from 0 (default: 0)',
      number('warm-up'),
    )
    .option(
      '--ema <x>',
      'save a moving average of the weights instead of the last ones: its decay per batch, such as 0.999 ' +
        '(default: no average)',
      number('ema'),
    )
    .addOption(threadsOption())
    .addOption(engineOption())
    .addHelpText('after', protocolsExplained)
    .action(runTraining);
}

async function runTraining(words: string[], flags: TrainFlags): Promise<void> {
  const names = words.length ? words : ['sample'];
  const { asked, options: recipe } = recipeOf(flags);
  if (flags.epochs !== undefined && flags.minutes !== undefined)
    throw new OptionError('a run ends after --epochs or after --minutes; leave one out');
  const folder = flags.out ?? defaultRunFolder(asked, names, flags.scale);
  checkRunName(basename(folder));
  if (!flags.resume && ((await has(folder, 'checkpoint.bin')) || (await has(folder, 'weights.safetensors')))) {
    throw new OptionError(
      `${folder} holds a run already; add --resume to continue it, or name another folder with --out`,
    );
  }
  const { epochs, minutes, learningRate, ema, schedule, patience, warmUp } = flags;
  const wanted = { ...recipe, ...given({ epochs, minutes, learningRate, ema, schedule, patience, warmUp }) };
  const options = flags.resume ? await withRunRate(wanted, folder, flags.learningRate) : wanted;
  // Wrong options are reported before the patches are cut.
  const { network: described } = modelFor(options, flags.scale);
  const folders = new Set([...names, flags.evaluation ?? names[0]]);
  const data = await prepare(names, flags, described.reads);
  for (const pictures of folders) await explainLeftOut(pictures);
  // Options that do not fit the patches are refused before a folder is announced.
  prepareModel(options, data.training);
  console.log(
    `${data.training.count} training and ${data.validation.count} validation patches; everything is written to ` +
      `${folder}`,
  );
  showSkipped(data.skipped);
  const engine = await createEngine(flags.engine, flags);
  await trainInto(folder, data, options, flags, engine).finally(() => engine.close());
}

const has = async (folder: string, file: string) => (await stat(join(folder, file)).catch(() => null)) !== null;

async function trainInto(
  folder: string,
  data: TrainingData,
  options: TrainOptions,
  { resume, threads, learningRate }: TrainFlags,
  engine: Engine,
): Promise<void> {
  const session = train(data, {
    ...options,
    folder,
    resume,
    engine,
    threads,
    onStep: (progress) => showStep(progress, options.minutes !== undefined),
    onEpoch: showEpoch,
    onNote: (message) => {
      showLine('');
      console.error(message);
    },
  });
  const stopWatching = onStopSignals(() => session.stop().catch(() => undefined));
  // The run begins with the learning rate of its options; one that is given now holds from here on.
  if (resume && learningRate !== undefined) session.learningRate = learningRate;
  const { best } = await session.done
    .catch(async (error) => {
      if (!(error instanceof DivergedError)) throw error;
      const from = (await has(folder, 'checkpoint.bin')) ? `the last checkpoint in ${folder}` : 'the beginning';
      throw withAdvice(error, session.learningRate, from);
    })
    .finally(stopWatching);
  if (session.state === 'stopped') console.log('Stopped; the same command with --resume continues.');
  if (best.epoch)
    console.log(
      `best validation loss ${best.validationLoss.toFixed(6)} in epoch ${best.epoch}: ` +
        `${join(folder, 'weights.safetensors')}`,
    );
}

/**
 * The options with the learning rate that the folder's run began with: --learning-rate then changes it, as a session
 * does.
 */
async function withRunRate(options: TrainOptions, folder: string, asked?: number): Promise<TrainOptions> {
  if (asked !== undefined) modelFor(options);
  const learningRate = (await loadCheckpoint(folder))?.options.learningRate;
  return learningRate === undefined ? options : { ...options, learningRate };
}

/** The error with advice for the command line, where no session is at hand whose rate could be lowered. */
function withAdvice({ message }: Error, learningRate: number | readonly number[], from: string): DivergedError {
  const what = message.split('; ')[0];
  const rate = typeof learningRate === 'number' ? String(learningRate) : learningRate.join(', ');
  return new DivergedError(
    `${what} at a learning rate of ${rate}; ` +
      `the same command with --resume and a lower --learning-rate continues from ${from}`,
  );
}

async function prepare(names: string[], flags: TrainFlags, reads: Network['reads']) {
  const { protocol, scale, threads, evaluation, patchSize: size, stride, sizes } = flags;
  const cut = { protocol, scale, reads, threads, size, stride };
  const files = await loadDataset(names, { scale });
  // The same data set once more would explain the same hidden folder once more.
  const onNote = evaluation !== undefined && names.includes(evaluation) ? () => undefined : undefined;
  const scored = evaluation ? await evaluationImages(evaluation, { scale, onNote }) : files.evaluation;
  if (!names.every((name) => datasetNames.includes(name))) console.log(splitText({ ...files, evaluation: scored }));
  const training = await preparePatches(files.training, { ...cut, sizes, onProgress: showCount('training images') });
  const validation = await preparePatches(files.validation, { ...cut, onProgress: showCount('validation images') });
  return {
    training: training.patches,
    validation: validation.patches,
    evaluation: scored,
    skipped: [...training.skipped, ...validation.skipped],
  };
}

function showStep(progress: Progress, byMinutes: boolean): void {
  const { epoch, epochs, batch, batches, loss, secondsLeft, imagesPerSecond } = progress;
  const where = byMinutes ? `epoch ${epoch}  batch ${batch}` : `epoch ${epoch}/${epochs}  batch ${batch}/${batches}`;
  showLine(
    `${where}  loss ${loss.toFixed(5)}  ${imagesPerSecond.toFixed(0)} ` +
      `patches/s  ${secondsLeft === null ? 'time left: measuring' : `${duration(secondsLeft)} left`}`,
  );
}

function showEpoch({ epoch, loss, validationLoss, scores }: EpochRecord): void {
  showLine('');
  const text = scores ? scoreText(scores) : '';
  console.log(`epoch ${epoch}: loss ${loss.toFixed(5)}, validation ${validationLoss.toFixed(5)}${text}`);
}

function scoreText({ network, bicubic }: EpochScores): string {
  const psnr = `PSNR ${network.psnr.toFixed(3)} dB (bicubic ${bicubic.psnr.toFixed(3)})`;
  return `  ${psnr}  SSIM ${network.ssim.toFixed(4)} (${bicubic.ssim.toFixed(4)})`;
}
