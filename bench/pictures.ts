import {
  type Batch,
  emptyBatch,
  evaluate,
  fillBatch,
  preparePatches,
  reportNormalization,
  type Scores,
} from 'srcnn-lab';
import { type Context, type Result, result } from './context';
import { timed } from './measure';
import { turnsOf } from './peer';
import { BATCH } from './work';

/** The report's training pictures read, degraded and laid out in patches. */
export async function preprocessing(context: Context): Promise<Result> {
  const { training: files } = await context.data();
  let count = 0;
  const ours = { name: 'ours', run: () => timed(async () => (count = (await preparePatches(files)).patches.count)) };
  const found = await context.compare(
    `preprocessing ${files.length} images`,
    [ours, ...turnsOf(context.peers, 'preprocessing', { files })],
    3,
  );
  for (const [name, { patches }] of found) {
    if (name !== 'ours' && patches !== count)
      context.note(`preprocessing: ${name} made ${patches} patches, ours ${count}`);
  }
  return result(found, () => ({ images: files.length, patches: count }));
}

/** An epoch's batches, shuffled and normalised, without the training. */
export async function batches(context: Context): Promise<Result> {
  const patches = await context.patches();
  const order = shuffled(patches.count),
    count = Math.min(BATCH, patches.count),
    whole = Math.floor(patches.count / count);
  let batch: Batch = emptyBatch();
  const epoch = () => {
    for (let n = 0; n < whole; n++) batch = fillBatch(patches, order, n * count, count, reportNormalization, batch);
  };
  const ours = { name: 'ours', run: () => timed(epoch) };
  const peers = turnsOf(context.peers, 'batches', {
    count: patches.count,
    size: patches.size,
    batchSize: count,
  }).filter(({ name }) => name === 'pytorch');
  const found = await context.compare('batches of an epoch', [ours, ...peers], 3);
  return result(found, () => ({ batches: whole }));
}

function shuffled(length: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  for (let i = length - 1, state = 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** PSNR and SSIM of bicubic on 20 pictures under the report protocol, files read and degraded. */
export async function evaluation(context: Context): Promise<Result> {
  const data = await context.data();
  const files = (
    data.evaluation.length < 20 ? [...data.training, ...data.validation, ...data.evaluation] : data.evaluation
  ).slice(0, 20);
  const ours = {
    name: 'ours',
    run: async () => {
      let scores: Scores = {};
      const figures = await timed(
        async () => (scores = (await evaluate(files, { protocol: 'report', scale: 3 })).summary.bicubic),
      );
      return { ...figures, psnr: scores.psnr, ssim: scores.ssim };
    },
  };
  const found = await context.compare(
    `evaluation of ${files.length} images`,
    [ours, ...turnsOf(context.peers, 'evaluation', { files })],
    5,
  );
  const { psnr } = found.get('ours')!;
  for (const [name, figures] of found) {
    if (Math.abs(figures.psnr - psnr) > 0.01)
      context.note(`evaluation: ${name} found ${figures.psnr} dB, ours ${psnr}`);
  }
  return result(found, () => ({ images: files.length }));
}
