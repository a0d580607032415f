import { availableParallelism } from 'node:os';
import { createWasmEngine, initialize, type WasmOptions } from 'srcnn-lab';
import { type Context, type Result, result } from './context';
import { type Contestant, timed } from './measure';
import { NativePeak } from './nativePeak';
import { Peak } from './peak';
import { turnsOf } from './peer';
import type { PeakShare } from './report';
import { gigaflops, type Measured, PATCH, stepOperations, trainingStep, workloads } from './work';

/** Floating-point operations of a step. */
const operationsOf = (network: Measured) =>
  stepOperations(initialize(network), workloads[network].patches * PATCH * PATCH);

type Closable = Contestant & { close: () => Promise<void> };

async function ourStep(name: string, options: WasmOptions, network: Measured = '9-1-7'): Promise<Closable> {
  const engine = await createWasmEngine(options);
  const train = trainingStep(engine, network);
  return { name, run: () => timed(train), close: () => engine.close() };
}

const closeAll = (all: readonly { close: () => unknown }[]) => Promise.all(all.map((each) => each.close()));

/** A training step, with each set of kernels, beside the peers'. */
export async function step(context: Context, network: Measured): Promise<Result> {
  const { threads, kernelSets } = context;
  const ours = [
    await ourStep('ours', { threads }, network),
    ...(await Promise.all(kernelSets.map(({ name }) => ourStep(name, { threads, kernels: name }, network)))),
  ];
  const { patches } = workloads[network];
  const peers = turnsOf(context.peers, `step ${network}`, { patches, size: PATCH });
  const found = await context.compare(`training step of ${network}`, [...ours, ...peers], 11, 5);
  await closeAll(ours);
  return result(found, ({ ms }) => ({ gflops: gigaflops(operationsOf(network), ms) }));
}

/** The machine's multiply-adds in turns with the training step, on all threads and on one, and at each native width. */
export async function peak(
  context: Context,
): Promise<PeakShare & { oneThread: PeakShare; native: Record<string, PeakShare> }> {
  const { threads } = context;
  const loops = new Peak(threads);
  const steps = [await ourStep('stepAll', { threads }), await ourStep('stepOne', { threads: 1 })];
  const native = await nativePeaks(context);
  const found = await context.compare(
    'multiply-add peak',
    [
      steps[0],
      { name: 'peakAll', run: () => loops.run(threads) },
      steps[1],
      { name: 'peakOne', run: () => loops.run(1) },
      ...native.flatMap(({ name, loop, train }) => [train, { name: `peak${name}`, run: () => loop.run(threads) }]),
    ],
    7,
    2,
  );
  await closeAll([loops, ...steps, ...native.flatMap(({ loop, train }) => [loop, train])]);
  const share = (count: string): PeakShare => {
    const { gflops } = found.get(`peak${count}`)!;
    return { gflops, stepShare: gigaflops(operationsOf('9-1-7'), found.get(`step${count}`)!.ms) / gflops };
  };
  return {
    ...share('All'),
    oneThread: share('One'),
    native: Object.fromEntries(native.map(({ name }) => [name, share(name)])),
  };
}

/** The native sets of kernels with a loop of multiply-adds as wide as theirs; a note where none can be compiled. */
async function nativePeaks({ kernelSets, threads, note }: Context) {
  const peaks: { name: string; loop: NativePeak; train: Closable }[] = [];
  for (const { name, source } of kernelSets) {
    if (source.kind !== 'native') continue;
    try {
      const loop = new NativePeak(source.lanes);
      peaks.push({ name, loop, train: await ourStep(`step${name}`, { threads, kernels: name }) });
    } catch (error) {
      note((error as Error).message);
    }
  }
  return peaks;
}

/** How many times as fast a training step is on 2 threads as on 1; null on a machine with one core. */
export async function scaling(context: Context): Promise<number | null> {
  if (availableParallelism() < 2) {
    context.note('scaling left out: this machine has one core');
    return null;
  }
  const steps = [await ourStep('one', { threads: 1 }), await ourStep('two', { threads: 2 })];
  const found = await context.compare('1 to 2 threads', steps, 11, 2);
  await closeAll(steps);
  return found.get('one')!.ms / found.get('two')!.ms;
}
