#!/usr/bin/env node
import { Command } from 'commander';
import { needsOtherNodeOption } from './arithmetic/sharedMemory';
import { dataCommand } from './commands/data';
import { enginesCommand } from './commands/engines';
import { evaluateCommand } from './commands/evaluate';
import { restartWithoutGuards } from './commands/restart';
import { rateCommand } from './commands/rate';
import { resultsCommand } from './commands/results';
import { surviveLostOutput } from './commands/standardOutput';
import { trainCommand } from './commands/train';
import { upscaleCommand } from './commands/upscale';

const program = new Command('srcnn').description('Train SRCNN, measure it, enlarge pictures with it');

dataCommand(program);
trainCommand(program);
rateCommand(program);
evaluateCommand(program);
enginesCommand(program);
upscaleCommand(program);
resultsCommand(program);

surviveLostOutput();
if (needsOtherNodeOption()) restartWithoutGuards();
else
  program.parseAsync().catch((error: Error) => {
    console.error(`${error.name}: ${error.message}`);
    process.exitCode = 1;
  });
