#!/usr/bin/env node
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { loadDataset } from './data/datasets';
import { dataCommand } from './dataCommand';
import { type Protocol, protocols } from './data/degrade';
import { preparePatches } from './data/patches';
import { createEngine, engineNames, listEngines } from './engine/choose';
import { OptionError, UnknownNameError } from './errors';
import { evaluate, type Evaluation } from './evaluation/evaluate';
import { upscale } from './evaluation/upscale';
import { readImage, writeImage } from './image/files';
import { loadWeights } from './model/weights';
import { writeAtomically } from './training/checkpoint';
import { recipes, type TrainOptions } from './training/recipes';
import { train } from './training/train';

const whole = (text: string) => Number(text);
const scaleOption = () => new Option('-s, --scale <n>', 'enlargement: a whole number from 2 to 8').argParser(whole).default(3);
const protocolOption = () => new Option('-p, --protocol <name>', 'seed (the report: RGB, blurred) or paper (Dong et al.: Y)').choices(protocols).default('seed');
const threadsOption = () => new Option('-t, --threads <n>', 'threads (default: all cores)').argParser(whole);
const engineOption = () => new Option('--engine <name>', 'what computes (default: the fastest that works)').choices(engineNames).env('SRCNN_ENGINE');

const program = new Command('srcnn').description('Train SRCNN, measure it, enlarge pictures with it');

program.command('evaluate')
  .description('Score bicubic, and a model, on a data set or on a folder of images')
  .argument('<folder>', 'folder, image file or name of a data set')
  .addOption(protocolOption()).addOption(scaleOption()).addOption(threadsOption()).addOption(engineOption())
  .option('-m, --model <file>', 'bicubic, or weights as .safetensors', 'bicubic')
  .option('--json <file>', 'write all rows there')
  .action(async (folder: string, options: { protocol: Protocol; scale: number; model: string; json?: string; threads?: number; engine?: string }) => {
    const engine = await createEngine(options.engine, options);
    const model = options.model === 'bicubic' ? undefined : await loadWeights(options.model);
    const result = await evaluate(await evaluationFiles(folder, options.scale), { ...options, model, engine, onProgress: showCount('images') });
    await engine.close();
    showEvaluation(result);
    const { protocol, scale, rows, summary } = result;
    if (options.json) await writeAtomically(options.json, JSON.stringify({ protocol, scale, rows, summary }, null, 2) + '\n');
  });

program.command('train')
  .description('Train on a data set or a folder of images; run again with --resume to go on')
  .argument('[data]', 'folder or name of a data set', 'sample')
  .option('-r, --recipe <name>', `one of ${Object.keys(recipes).join(', ')}`, 'tuned')
  .option('-e, --epochs <n>', 'epochs in all', whole)
  .option('-l, --learning-rate <x>', 'learning rate of all layers', Number)
  .option('-o, --out <folder>', 'the run\'s folder (default: results/runs/RECIPE-DATA-xSCALE)')
  .option('--resume', 'go on from the folder\'s checkpoint')
  .addOption(protocolOption()).addOption(scaleOption()).addOption(threadsOption()).addOption(engineOption())
  .action(runTraining);

interface TrainFlags { recipe: string; epochs?: number; learningRate?: number; out?: string; resume?: boolean; protocol: Protocol; scale: number; threads?: number; engine?: string }

async function runTraining(name: string, flags: TrainFlags): Promise<void> {
  const recipe = recipes[flags.recipe as keyof typeof recipes] as TrainOptions | undefined;
  if (!recipe) throw new UnknownNameError('recipe', flags.recipe, Object.keys(recipes));
  const { protocol, scale } = flags;
  const folder = flags.out ?? join('results', 'runs', `${flags.recipe}-${name.replace(/[^\w]+/g, '-')}-x${scale}`);
  if (!flags.resume && (await stat(join(folder, 'checkpoint.bin')).catch(() => null))) {
    throw new OptionError(`${folder} holds a run already; add --resume to go on with it, or name another folder with --out`);
  }
  const files = await loadDataset(name, { scale });
  const training = (await preparePatches(files.training, { protocol, scale, onProgress: showCount('training images') })).patches;
  const validation = (await preparePatches(files.validation, { protocol, scale })).patches;
  console.log(`${training.count} training and ${validation.count} validation patches; everything is written to ${folder}`);
  const engine = await createEngine(flags.engine, flags);
  const session = train({ training, validation, evaluation: files.evaluation }, {
    ...recipe, ...given({ epochs: flags.epochs, learningRate: flags.learningRate }), folder, resume: flags.resume, engine,
    onStep: ({ epoch, epochs, batch, batches, loss, secondsLeft }) =>
      showLine(`epoch ${epoch}/${epochs}  batch ${batch}/${batches}  loss ${loss.toFixed(5)}  ${duration(secondsLeft)} left`),
    onEpoch: ({ epoch, loss, validationLoss, psnr, ssim, bicubicPsnr, bicubicSsim }) => {
      showLine('');
      const scores = psnr === null ? '' : `  PSNR ${psnr.toFixed(3)} dB (bicubic ${bicubicPsnr?.toFixed(3)})  SSIM ${ssim?.toFixed(4)} (${bicubicSsim?.toFixed(4)})`;
      console.log(`epoch ${epoch}: loss ${loss.toFixed(5)}, validation ${validationLoss.toFixed(5)}${scores}`);
    },
  });
  process.once('SIGINT', () => void session.stop());
  const { best } = await session.done;
  await engine.close();
  console.log(`best validation loss ${best.validationLoss.toFixed(6)} in epoch ${best.epoch}: ${join(folder, 'weights.safetensors')}`);
}

program.command('upscale')
  .description('Enlarge a picture with trained weights')
  .argument('<in>').argument('<out>')
  .requiredOption('-m, --model <file>', 'weights as .safetensors')
  .option('-f, --force', 'overwrite OUT')
  .addOption(scaleOption()).addOption(threadsOption()).addOption(engineOption())
  .action(async (input: string, output: string, options: { model: string; force?: boolean; scale: number; threads?: number; engine?: string }) => {
    if (!options.force && (await stat(output).catch(() => null))) throw new OptionError(`${output} is there already; add --force to overwrite it`);
    const engine = await createEngine(options.engine, options);
    await writeImage(output, await upscale(await readImage(input), { ...options, model: await loadWeights(options.model), engine }));
    await engine.close();
  });

program.command('engines').description('Which engines work here')
  .action(async () => {
    for (const { name, works, description, stepMilliseconds } of await listEngines()) {
      console.log(`${name.padEnd(11)} ${works ? `${stepMilliseconds?.toFixed(0)} ms a step` : 'does not work here'}  ${description}`);
    }
  });

dataCommand(program);

async function evaluationFiles(folder: string, scale: number): Promise<string[]> {
  const found = await stat(folder).catch(() => null);
  if (found?.isFile()) return [folder];
  return (await loadDataset(folder, { scale })).evaluation;
}

function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function showEvaluation({ protocol, scale, summary, skipped }: Evaluation): void {
  console.log(`protocol ${protocol}, x${scale}`);
  for (const { method, images, psnr, ssim } of summary) console.log(`${method.padEnd(8)} ${images} images  PSNR ${psnr.toFixed(6)} dB  SSIM ${ssim.toFixed(6)}`);
  for (const { file, reason } of skipped) console.error(`skipped ${file}: ${reason}`);
}

/** Rewrites one line in a terminal; a log file gets none of it. */
function showLine(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function showCount(what: string) {
  return (done: number, total: number) => showLine(done < total ? `${done} of ${total} ${what}` : '');
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${String(Math.floor(seconds % 60)).padStart(2, '0')}` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

program.parseAsync().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
