import { type Batch, type Engine, initialize, layerSlices, type LossName, type Model, type Planes } from 'srcnn-lab';
import { newOptimizerState } from 'srcnn-lab/dist/optimizers/optimizers';
import { update } from 'srcnn-lab/dist/optimizers/update';

export const BATCH = 128,
  PATCH = 32;

/** What is measured of a network: patches of 32x32 input pixels in a step, and the side of a square input picture. */
export interface Workload {
  patches: number;
  loss: LossName;
  side: number;
}

/** The networks that are measured; the output of those that read the small picture is 513x513. */
export const workloads = {
  '9-1-7': { patches: BATCH, loss: 'mse', side: 512 },
  '9-5-5': { patches: 32, loss: 'mse', side: 512 },
  'plain-16x5': { patches: 32, loss: 'l1', side: 171 },
  'plain-32x6': { patches: 32, loss: 'l1', side: 171 },
} as const satisfies Record<string, Workload>;

export type Measured = keyof typeof workloads;

/** Numbers without a pattern, about as large as normalised luminance; the same at every call. */
export function noise(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export const picture = (width: number, height: number): Planes => ({
  data: noise(width * height),
  count: 1,
  channels: 1,
  width,
  height,
});

/** One step of training as the lab does it: loss, gradient, Adam. */
export function trainingStep(engine: Engine, network: Measured = '9-1-7'): () => Promise<number> {
  const model = initialize(network),
    state = newOptimizerState(model, 'adam'),
    gradient = new Float32Array(model.weights.length);
  const { patches: count, loss: kind } = workloads[network];
  const planes = (side: number): Planes => ({
    data: noise(count * side * side),
    count,
    channels: 1,
    width: side,
    height: side,
  });
  const batch: Batch = { input: planes(PATCH), target: planes(PATCH * model.network.scale) };
  return async () => {
    const loss = await engine.lossAndGradient(model, batch, gradient, { loss: kind });
    update(model, gradient, state, { optimizer: 'adam', learningRate: 1e-3 });
    return loss;
  };
}

/** Multiply-adds of each layer for one pixel. */
const macs = ({ network }: Model) =>
  layerSlices(network).map(({ inputs, filters, kernel }) => inputs * filters * kernel ** 2);

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/**
 * Floating-point operations of a step: forwards, the kernels' gradients, and the inputs' gradients except the first
 * layer's.
 */
export function stepOperations(model: Model, pixels: number): number {
  const all = macs(model);
  return 2 * pixels * (3 * sum(all) - all[0]);
}

export const predictOperations = (model: Model, pixels: number): number => 2 * pixels * sum(macs(model));

/** Milliseconds and operations as 10^9 operations a second. */
export const gigaflops = (operations: number, ms: number): number => operations / ms / 1e6;
