import { createWasmEngine, initialize } from 'srcnn-lab';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { type Context, type Result, result } from './context';
import { timed } from './measure';
import { Peer, turnsOf } from './peer';
import { gigaflops, type Measured, picture, predictOperations, workloads } from './work';

const large = { width: 4000, height: 3000 };
/** PyTorch holds all planes of a picture at once: 64 and 32 channels of 12 megapixels, before and after ReLU. */
const PEER_BYTES = 14e9;
/** The fastest alone: the others take minutes a turn. */
const LARGE_PEERS = ['pytorchTuned'];

/** A network's output for 512x512 pixels, or for 171x171 that it enlarges three times, beside the peers'. */
export async function inference512(context: Context, network: Measured): Promise<Result> {
  const model = initialize(network),
    { side } = workloads[network],
    plane = picture(side, side);
  const { threads, kernelSets } = context;
  const sets = [{ name: 'ours', kernels: undefined }, ...kernelSets.map(({ name }) => ({ name, kernels: name }))];
  const engines = await Promise.all(sets.map(({ kernels }) => createWasmEngine({ threads, kernels })));
  const ours = engines.map((engine, i) => ({
    name: sets[i].name,
    run: () => timed(() => engine.predict(model, plane)),
  }));
  const peers = turnsOf(context.peers, `inference ${network}`, { width: side, height: side });
  const found = await context.compare(`inference of ${network}`, [...ours, ...peers], 11, 8);
  await Promise.all(engines.map((engine) => engine.close()));
  return result(found, ({ ms }) => ({ gflops: gigaflops(predictOperations(model, side ** 2), ms) }));
}

/** The same for 12 megapixels, ours in a process of its own, whose growth over the picture itself is measured. */
export async function inference12mp(context: Context): Promise<Result> {
  const child = new Peer('ours', process.execPath, [
    '--import',
    'tsx',
    join(__dirname, 'largePicture.ts'),
    String(context.threads),
  ]);
  await child.start();
  const enough = totalmem() > PEER_BYTES;
  if (context.peers.length && !enough)
    context.note(`inference of 4000x3000: peers left out, they need about ${PEER_BYTES / 1e9} GB of memory`);
  // A peer starts anew each time: the memory it keeps would leave none for the next.
  const peers = enough
    ? turnsOf(
        context.peers.filter(({ name }) => LARGE_PEERS.includes(name)),
        'inference 9-1-7',
        { ...large, warmUps: 1 },
        true,
      )
    : [];
  let growthMB = 0;
  const ours = {
    name: 'ours',
    run: async () => {
      const figures = await child.ask('inference12mp', large);
      growthMB = Math.max(growthMB, figures.growthMB);
      return figures;
    },
  };
  // The first time the memory grows. Peers warm up by themselves.
  await ours.run();
  const found = await context.compare('inference 4000x3000', [ours, ...peers], 3, 0);
  child.stop();
  return result(found, ({ ms }) => ({
    growthMB,
    gflops: gigaflops(predictOperations(initialize('9-1-7'), large.width * large.height), ms),
  }));
}
