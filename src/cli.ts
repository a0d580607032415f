#!/usr/bin/env node
import { Command } from 'commander';
import { needsOtherNodeOption } from './arithmetic/sharedMemory';
import { helpText } from './commands/help';
import { restartWithoutGuards } from './commands/restart';
import { surviveLostOutput } from './commands/standardOutput';

/** Only the verb that is asked for is loaded: hundreds of files would take a third of a short command's time. */
const verbs: Record<string, () => Promise<(program: Command) => void>> = {
  upscale: async () => (await import('./commands/upscale')).upscaleCommand,
  train: async () => (await import('./commands/train')).trainCommand,
  rate: async () => (await import('./commands/rate')).rateCommand,
  evaluate: async () => (await import('./commands/evaluate')).evaluateCommand,
  data: async () => (await import('./commands/data')).dataCommand,
  engines: async () => (await import('./commands/engines')).enginesCommand,
  results: async () => (await import('./commands/results')).resultsCommand,
};

async function run(): Promise<void> {
  const program = new Command('srcnn')
    .description('Enlarge pictures with networks, train such networks, and score them')
    .configureHelp({ optionDescription: helpText, argumentDescription: helpText })
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'Show the help of a command');
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
