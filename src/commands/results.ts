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
    .summary('Score finished runs, draw their figures and write the tables of results/README.md')
    .description(
      "Score the runs in a folder, draw their figures, and write the tables in the folder's README.md. Each run's " +
        'folder gets scores.csv and the figures.',
    )
    .argument('[results]', "folder that holds the runs' folders", 'results')
    .option('--scores-from-csv', 'read the scores of runs that have a scores.csv from there, and score only the others')
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
