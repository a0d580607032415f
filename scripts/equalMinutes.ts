// Trains networks of several families for the same time, under the protocol paper x3, for the table of equal minutes
// in results/README.md. Run: node --import tsx scripts/equalMinutes.ts [MINUTES] (needs bsds500 and set5; 30 minutes
// each by default, and what was interrupted continues). Then: npx srcnn results --scores-from-csv
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createEngine,
  loadDataset,
  networkNamed,
  preparePatches,
  recipeFor,
  recipes,
  train,
  type TrainOptions,
} from 'srcnn-lab';

const folder = join(__dirname, '../results/equal-minutes');
const scale = 3;

/** Names of runs; the network is that of the name where it is not said. */
const changes: Record<string, Partial<TrainOptions>> = {
  '9-1-7': {},
  '9-1-7-residual': {},
  espcn: {},
  fsrcnn: {},
  esrcnn: {},
  dsrcnn: {},
  'plain-16x5': {},
  'plain-16x5-mse': { network: 'plain-16x5', loss: 'mse' },
};

async function main(): Promise<void> {
  const minutes = Number(process.argv[2] ?? 30);
  const files = await loadDataset('bsds500');
  // A quarter of the pictures is enough to pick an epoch, and leaves the time to training.
  const checked = files.validation.filter((_, i) => i % 4 === 0);
  const evaluation = (await loadDataset('set5', { scale })).evaluation;
  const engine = await createEngine();
  for (const [name, change] of Object.entries(changes)) {
    const own = join(folder, name);
    if (existsSync(join(own, 'options.json')) && !existsSync(join(own, 'checkpoint.bin'))) continue;
    const network = networkNamed((change.network as string | undefined) ?? name, { scale });
    const { reads } = network;
    const { patches: training } = await preparePatches(files.training, { protocol: 'paper', scale, reads });
    const { patches: validation } = await preparePatches(checked, { protocol: 'paper', scale, reads });
    const options = { ...recipes[recipeFor(network)], ema: 0.999, ...change, network, minutes };
    const session = train({ training, validation, evaluation }, { ...options, folder: own, resume: true, engine });
    const { best, history } = await session.done;
    console.log(`${name}: ${history.epochs[best.epoch - 1].scores?.network.psnr.toFixed(3)} dB on Set5`);
    for (const file of ['checkpoint.bin', 'checkpoint.previous.bin']) rmSync(join(own, file), { force: true });
  }
  await engine.close();
}

main().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
