import type { Command } from 'commander';
import { listEngines } from '../engine/choose';

/** Adds `srcnn engines`. */
export function enginesCommand(program: Command): void {
  program
    .command('engines')
    .summary('Show which engines work on this machine, and how fast they are')
    .description(
      'Show which engines work on this machine, how fast they are, and why the others do not work. A step is one ' +
        'training step of 9-1-7 on 128 patches of 32x32 pixels.',
    )
    .action(async () => {
      for (const { name, works, description, stepMilliseconds } of await listEngines()) {
        console.log(
          `${name.padEnd(11)} ${works ? `${stepMilliseconds?.toFixed(0)} ms a step` : 'does not work here'}  ` +
            description,
        );
      }
    });
}
