import { type Batch, type Engine, layerSlices, type Model, type Planes, initialize } from 'srcnn-lab';
import { newOptimizerState, update } from 'srcnn-lab/dist/training/optimizers/optimizer';

export const BATCH = 128,
  PATCH = 32;

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
export function trainingStep(engine: Engine): () => Promise<number> {
  const model = initialize('9-1-7'),
    state = newOptimizerState(model, 'adam'),
    gradient = new Float32Array(model.weights.length);
  const planes = (): Planes => ({
    data: noise(BATCH * PATCH * PATCH),
    count: BATCH,
    channels: 1,
    width: PATCH,
    height: PATCH,
  });
  const batch: Batch = { input: planes(), target: planes() };
  return async () => {
    const loss = await engine.lossAndGradient(model, batch, gradient);
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
