#!/usr/bin/env node
import { Command } from 'commander';
import { needsOtherNodeOption } from './arithmetic/sharedMemory';
import { restartWithoutGuards } from './commands/restart';
import { surviveLostOutput } from './commands/standardOutput';

/** Only the verb that is asked for is loaded: hundreds of files would take a third of a short command's time. */
const verbs: Record<string, () => Promise<(program: Command) => void>> = {
  data: async () => (await import('./commands/data')).dataCommand,
  train: async () => (await import('./commands/train')).trainCommand,
  rate: async () => (await import('./commands/rate')).rateCommand,
  evaluate: async () => (await import('./commands/evaluate')).evaluateCommand,
  engines: async () => (await import('./commands/engines')).enginesCommand,
  upscale: async () => (await import('./commands/upscale')).upscaleCommand,
  results: async () => (await import('./commands/results')).resultsCommand,
};

async function run(): Promise<void> {
  const program = new Command('srcnn').description('Train SRCNN, measure it, enlarge pictures with it');
  const asked = Object.keys(verbs).filter((verb) => verb === process.argv[2]);
  for (const verb of asked.length ? asked : Object.keys(verbs)) (await verbs[verb]())(program);
  await program.parseAsync();
}

surviveLostOutput();
if (needsOtherNodeOption()) restartWithoutGuards();
else
  run().catch((error: Error) => {
    console.error(`${error.name}: ${error.message}`);
    process.exitCode = 1;
  });
