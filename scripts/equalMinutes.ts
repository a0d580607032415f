// Trains networks of several families for the same time, under the protocol paper x3, for the table of equal minutes
// in results/README.md. Run: node --import tsx scripts/equalMinutes.ts [--minutes N] [--threads N] [NAME ...] (needs
// bsds500 and set5; all runs, one after another, 30 minutes each by default; what was interrupted continues). Two
// processes with --threads 1, each with its own names, share two cores. Then: npx srcnn results --scores-from-csv
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
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
  'plain-16x5-fdpl': { network: 'plain-16x5', loss: 'fdpl' },
  'ecbsr-m4c16': {},
};

async function main(): Promise<void> {
  const { values, positionals: names } = parseArgs({
    options: { minutes: { type: 'string', default: '30' }, threads: { type: 'string' } },
    allowPositionals: true,
  });
  const minutes = Number(values.minutes);
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  const unknown = names.find((name) => !(name in changes));
  if (unknown) throw new Error(`no run has the name ${unknown}; use ${Object.keys(changes).join(', ')}`);
  const files = await loadDataset('bsds500');
  // A quarter of the pictures is enough to pick an epoch, and leaves the time to training.
  const checked = files.validation.filter((_, i) => i % 4 === 0);
  const evaluation = (await loadDataset('set5', { scale })).evaluation;
  const engine = await createEngine(undefined, { threads });
  for (const [name, change] of Object.entries(changes)) {
    if (names.length && !names.includes(name)) continue;
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
