import { availableParallelism } from 'node:os';
import { createWasmEngine, initialize } from 'srcnn-lab';
import { type Context, type Result, result } from './context';
import { type Contestant, timed } from './measure';
import { Peak } from './peak';
import { turnsOf } from './peer';
import { gigaflops, type Measured, PATCH, stepOperations, trainingStep, workloads } from './work';

/** Floating-point operations of a step. */
const operationsOf = (network: Measured) =>
  stepOperations(initialize(network), workloads[network].patches * PATCH * PATCH);

async function ourStep(
  name: string,
  threads: number,
  network: Measured = '9-1-7',
): Promise<Contestant & { close: () => Promise<void> }> {
  const engine = await createWasmEngine({ threads });
  const train = trainingStep(engine, network);
  return { name, run: () => timed(train), close: () => engine.close() };
}

/** A training step, beside the peers'. */
export async function step(context: Context, network: Measured): Promise<Result> {
  const ours = await ourStep('ours', context.threads, network);
  const { patches } = workloads[network];
  const peers = turnsOf(context.peers, `step ${network}`, { patches, size: PATCH });
  const found = await context.compare(`training step of ${network}`, [ours, ...peers], 11, 5);
  await ours.close();
  return result(found, ({ ms }) => ({ gflops: gigaflops(operationsOf(network), ms) }));
}

/** Measured WASM SIMD multiply-adds in GFLOP/s, and the share of them that a training step reaches. */
export interface PeakShare {
  gflops: number;
  stepShare: number;
}

/** The machine's multiply-adds in turns with the training step, on all threads and on one. */
export async function peak(context: Context): Promise<PeakShare & { oneThread: PeakShare }> {
  const { threads } = context;
  const loops = new Peak(threads);
  const steps = [await ourStep('stepAll', threads), await ourStep('stepOne', 1)];
  const found = await context.compare(
    'multiply-add peak',
    [
      steps[0],
      { name: 'peakAll', run: () => loops.run(threads) },
      steps[1],
      { name: 'peakOne', run: () => loops.run(1) },
    ],
    7,
    2,
  );
  await Promise.all([loops, ...steps].map((each) => each.close()));
  const share = (count: string): PeakShare => {
    const { gflops } = found.get(`peak${count}`)!;
    return { gflops, stepShare: gigaflops(operationsOf('9-1-7'), found.get(`step${count}`)!.ms) / gflops };
  };
  return { ...share('All'), oneThread: share('One') };
}

/** How many times as fast a training step is on 2 threads as on 1; null on a machine with one core. */
export async function scaling(context: Context): Promise<number | null> {
  if (availableParallelism() < 2) {
    context.note('scaling left out: this machine has one core');
    return null;
  }
  const steps = [await ourStep('one', 1), await ourStep('two', 2)];
  const found = await context.compare('1 to 2 threads', steps, 11, 2);
  await Promise.all(steps.map((each) => each.close()));
  return found.get('one')!.ms / found.get('two')!.ms;
}
