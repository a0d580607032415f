import {
  type Batch,
  emptyBatch,
  evaluate,
  fillBatch,
  type Image,
  preparePatches,
  psnr,
  readImage,
  reportNormalization,
  type Scores,
  ssim,
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

/** 20 pictures, or those that there are. */
async function someFiles(context: Context): Promise<string[]> {
  const { training, validation, evaluation: own } = await context.data();
  return (own.length < 20 ? [...training, ...validation, ...own] : own).slice(0, 20);
}

/** PSNR and SSIM of bicubic on 20 pictures under the report protocol, files read and degraded. */
export async function evaluation(context: Context): Promise<Result> {
  const files = await someFiles(context);
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

/** PSNR and SSIM of 20 pictures and their mirror images on one core, all channels, read before the clock starts. */
export async function measures(context: Context, window: 'uniform7' | 'gaussian11'): Promise<Result> {
  const files = await someFiles(context);
  const pairs = await Promise.all(
    files.map(async (file) => {
      const picture = await readImage(file);
      return [picture, mirrored(picture)];
    }),
  );
  const mean = (score: (a: Image, b: Image) => number) =>
    pairs.reduce((sum, [a, b]) => sum + score(a, b), 0) / pairs.length;
  const ours = {
    name: 'ours',
    run: async () => {
      let scores = { psnr: 0, ssim: 0 };
      const figures = await timed(() => (scores = { psnr: mean(psnr), ssim: mean((a, b) => ssim(a, b, { window })) }));
      return { ...figures, ...scores };
    },
  };
  const found = await context.compare(
    `PSNR and SSIM (${window}) of ${files.length} images`,
    [ours, ...turnsOf(context.peers, 'measures', { files, window })],
    5,
  );
  const { ssim: own } = found.get('ours')!;
  for (const [name, figures] of found)
    if (Math.abs(figures.ssim - own) > 1e-3) context.note(`measures: ${name} found SSIM ${figures.ssim}, ours ${own}`);
  return result(found, () => ({ images: files.length }));
}

function mirrored({ data, width, height, channels }: Image): Image {
  const turned = new Uint8Array(data.length);
  for (let at = 0; at < turned.length; at++) {
    const [x, rest] = [Math.floor(at / channels) % width, at % channels];
    turned[at] = data[(Math.floor(at / (width * channels)) * width + width - 1 - x) * channels + rest];
  }
  return { data: turned, width, height, channels };
}
