#!/usr/bin/env node
import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { dataCommand } from './commands/data';
import { enginesCommand } from './commands/engines';
import { evaluateCommand } from './commands/evaluate';
import { engineOption, scaleOption, threadsOption } from './commands/options';
import { trainCommand } from './commands/train';
import { createEngine } from './engine/choose';
import { OptionError } from './errors';
import { upscale } from './evaluation/upscale';
import { readImage, writeImage } from './image/files';
import { loadWeights } from './model/weights';

const program = new Command('srcnn').description('Train SRCNN, measure it, enlarge pictures with it');

dataCommand(program);
trainCommand(program);
evaluateCommand(program);
enginesCommand(program);

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

program.parseAsync().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
