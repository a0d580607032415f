import type { Command } from 'commander';
import { listEngines } from '../engine/choose';

/** Adds `srcnn engines`. */
export function enginesCommand(program: Command): void {
  program
    .command('engines')
    .description('Which engines work here, how fast each is, and why the others do not')
    .action(async () => {
      for (const { name, works, description, stepMilliseconds } of await listEngines()) {
        console.log(
          `${name.padEnd(11)} ${works ? `${stepMilliseconds?.toFixed(0)} ms a step` : 'does not work here'}  ` +
            description,
        );
      }
    });
}
