#!/usr/bin/env node
import { Command } from 'commander';
import { dataCommand } from './commands/data';
import { enginesCommand } from './commands/engines';
import { evaluateCommand } from './commands/evaluate';
import { resultsCommand } from './commands/results';
import { trainCommand } from './commands/train';
import { upscaleCommand } from './commands/upscale';

const program = new Command('srcnn').description('Train SRCNN, measure it, enlarge pictures with it');

dataCommand(program);
trainCommand(program);
evaluateCommand(program);
enginesCommand(program);
upscaleCommand(program);
resultsCommand(program);

program.parseAsync().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
