import type { Command } from 'commander';
import { loadDataset } from '../data/datasets';
import { preparePatches } from '../data/patches';
import { createEngine } from '../engine/choose';
import { rateCurve } from '../plot/figures/rateCurve';
import { kindOfFigure, saveFigure } from '../plot/picture';
import { findRate, type RateSearch } from '../training/findRate';
import { modelFor } from '../training/train';
import { engineOption, number, protocolsExplained, threadsOption } from './options';
import { showCount, showSkipped } from './terminal';
import { addNetworkOptions, addRecipeOptions, recipeOf, type TrainingFlags } from './trainingOptions';

interface RateFlags extends TrainingFlags {
  least?: number;
  most?: number;
  batches?: number;
  out: string;
}

/** Adds `srcnn rate`. */
export function rateCommand(program: Command): void {
  const command = program
    .command('rate')
    .summary('Find a learning rate to begin a training with')
    .description(
      'Find a learning rate to begin a training with: a copy of the network trains for some batches while the rate ' +
        'grows from batch to batch. A table and a curve show the loss at each rate. No weights are written.',
    );
  addNetworkOptions(command, '; validation and evaluation pictures are left out')
    .option('-o, --out <picture>', 'file for the curve: .svg or .png', 'learning-rate.svg')
    .option('--least <x>', 'learning rate of the first batch (default: 1e-5)', number('least'))
    .option(
      '--most <x>',
      'learning rate of the last batch; the search ends before it if the loss grows fourfold (default: 1)',
      number('most'),
    )
    .option('--batches <n>', 'batches, each with a larger rate than the one before (default: 100)', number('batches'));
  addRecipeOptions(command)
    .addOption(threadsOption())
    .addOption(engineOption())
    .addHelpText('after', protocolsExplained)
    .action(showRate);
}

async function showRate(names: string[], flags: RateFlags): Promise<void> {
  const { options } = recipeOf(flags);
  const { least, most, batches, out, protocol, scale, threads, patchSize: size, stride, sizes } = flags;
  // Wrong options are refused before the batches are run.
  kindOfFigure(out);
  const { reads } = modelFor(options, scale).network;
  const files = await loadDataset(names.length ? names : 'sample', { scale });
  const onProgress = showCount('training images');
  const cut = { protocol, scale, reads, threads, size, stride, sizes, onProgress };
  const { patches, skipped } = await preparePatches(files.training, cut);
  showSkipped(skipped);
  const engine = await createEngine(flags.engine, flags);
  const search = await findRate(patches, { ...options, least, most, batches, engine }).finally(() => engine.close());
  await saveFigure(out, rateCurve(search));
  console.log(rateText(search));
  console.log(`curve: ${out}`);
}

/** A line for each batch, and the rate to begin with. */
function rateText({ points, learningRate }: RateSearch): string {
  const lines = points.map((point) => `${point.learningRate.toExponential(2).padStart(13)}  ${point.loss.toFixed(5)}`);
  const lowest = (3 * learningRate).toExponential(2);
  return [
    'learning rate  loss',
    ...lines,
    `begin with about --learning-rate ${Number(learningRate.toPrecision(2))}, ` +
      `a third of ${lowest}, where the loss was lowest`,
  ].join('\n');
}
