// The experiments that led to the recipe `tuned`: short runs on a tenth of the report's training set, one change at a
// time. Run: node --import tsx scripts/tryRecipes.ts (needs bsds500; continues where it was interrupted). Then: npx
// srcnn results
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  createEngine,
  type Engine,
  loadDataset,
  preparePatches,
  recipes,
  reportNormalization,
  train,
  type TrainOptions,
} from 'srcnn-lab';

const folder = join(__dirname, '../results/tried');
const epochs = 3;
/** What `tuned` was when these were tried; `soap` is what it became. */
const base: TrainOptions = { ...recipes.tuned, optimizer: 'adam', learningRate: 1e-3, batchSize: 32 };

const changes: Record<string, Partial<TrainOptions>> = {
  'batch-32': {},
  'batch-16': { batchSize: 16 },
  'batch-16-rate-3e-3': { batchSize: 16, learningRate: 3e-3 },
  'batch-128': { batchSize: 128 },
  'border-0': { border: 0 },
  'rate-3e-3': { learningRate: 3e-3 },
  'rate-3e-4': { learningRate: 3e-4 },
  'constant-rate': { schedule: 'constant' },
  'gaussian-weights': { initialization: 'gaussian' },
  sgd: { optimizer: 'sgd', learningRate: [1e-2, 1e-2, 1e-3], momentum: 0.9 },
  augmented: { augment: true },
  'rounded-loss': {},
  soap: { optimizer: 'soap', batchSize: 16, learningRate: 3e-3 },
  'soap-rate-1e-3': { optimizer: 'soap', batchSize: 16, learningRate: 1e-3 },
  'soap-rate-1e-2': { optimizer: 'soap', batchSize: 16, learningRate: 1e-2 },
  'soap-batch-64': { optimizer: 'soap', batchSize: 64, learningRate: 3e-3 },
  'soap-augmented': { optimizer: 'soap', batchSize: 16, learningRate: 3e-3, augment: true },
  seed: recipes.report,
};
/** Side of the patches in pixels, where it is not 32. */
const sizes: Record<string, number> = { 'patch-48': 48 };

/**
 * In training, computes the loss on outputs rounded to whole levels of Y as evaluation rounds them; the gradient of
 * the rounding is taken to be 1.
 */
function lossOnRounded(engine: Engine): Engine {
  const { mean, deviation } = reportNormalization;
  const rounded = (value: number) => (Math.round(255 * (value * deviation + mean)) / 255 - mean) / deviation;
  return {
    name: engine.name,
    description: engine.description,
    predict: engine.predict.bind(engine),
    close: async () => undefined,
    async lossAndGradient(model, batch, gradient, options) {
      if (!gradient) return engine.lossAndGradient(model, batch, gradient, options);
      const { data, count, width, height } = batch.input;
      // One below the other: what they see of each other lies in the border that the loss leaves out.
      const output = await engine.predict(model, { data, count: 1, channels: 1, width, height: count * height });
      const wanted = output.data.map((value, i) => batch.target.data[i] + (value - rounded(value)));
      return engine.lossAndGradient(model, { ...batch, target: { ...batch.target, data: wanted } }, gradient, options);
    },
  };
}

const every = <T>(list: T[], step: number) => list.filter((_, i) => i % step === 0);

async function main(): Promise<void> {
  const files = await loadDataset('bsds500');
  const { patches: validation } = await preparePatches(every(files.validation, 4));
  const engine = await createEngine();
  for (const name of [...Object.keys(changes), ...Object.keys(sizes)]) {
    const own = join(folder, name);
    if (existsSync(join(own, 'options.json')) && !existsSync(join(own, 'checkpoint.bin'))) continue;
    const { patches: training } = await preparePatches(every(files.training, 10), { size: sizes[name] });
    // Scored on pictures that no recipe trains on.
    const data = { training, validation, evaluation: every(files.validation, 4) };
    const engineOf = name === 'rounded-loss' ? lossOnRounded(engine) : engine;
    const session = train(data, { ...base, ...changes[name], epochs, folder: own, resume: true, engine: engineOf });
    const { best, history } = await session.done;
    console.log(`${name}: ${history.epochs[best.epoch - 1].scores?.network.psnr.toFixed(3)} dB`);
    for (const file of ['checkpoint.bin', 'checkpoint.previous.bin', 'weights.safetensors'])
      rmSync(join(own, file), { force: true });
  }
  await engine.close();
}

main().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
