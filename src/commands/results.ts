import type { Command } from 'commander';
import { createEngine } from '../engine/choose';
import { writeResults } from '../results/writeResults';
import { engineOption, threadsOption } from './options';
import { showLine } from './terminal';

/** Adds `srcnn results`. */
export function resultsCommand(program: Command): void {
  program
    .command('results')
    .alias('report')
    .description('Score the runs in results/, draw their figures, and make the tables in its README.md anew')
    .argument('[results]', "folder of the runs' folders", 'results')
    .option('--scores-from-csv', "score only runs that have no scores.csv, and take the others' scores from there")
    .addOption(threadsOption())
    .addOption(engineOption())
    .action(async (results: string, flags: { scoresFromCsv?: boolean; threads?: number; engine?: string }) => {
      const engine = await createEngine(flags.engine, flags);
      try {
        const onProgress = (what: string, done: number, total: number) =>
          showLine(done < total ? `${what}: ${done} of ${total} images` : '');
        const scored = await writeResults(results, { ...flags, engine, onProgress });
        console.log(
          `${scored.map(({ run }) => run.name).join(', ')}: scores.csv, figures and the header of the weights ` +
            `in each folder, the tables in ${results}/README.md`,
        );
      } finally {
        await engine.close();
      }
    });
}
