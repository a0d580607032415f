import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import type { Batch, Engine, Planes } from '../../src/engine/engine';
import { normal, type RandomState } from '../../src/random';
import type { Model, Network } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import { initialize } from '../../src/network/initialize';

/** Pictures of normal noise. */
export function randomPlanes(random: RandomState, count: number, width: number, height: number, channels = 1): Planes {
  const data = Float32Array.from({ length: count * channels * width * height }, () => normal(random));
  return { data, count, channels, width, height };
}

export function randomBatch(random: RandomState, count: number, width: number, height: number): Batch {
  return { input: randomPlanes(random, count, width, height), target: randomPlanes(random, count, width, height) };
}

/** |a - b| / |b| over whole vectors. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0,
    length = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    length += b[i] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / length);
}

/**
 * Every kind of layer: wide ones, one channel as input and output in the middle, single pixels, kernels wider than a
 * patch.
 */
export const chains: readonly Network[] = [
  chain([
    { filters: 5, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 5, activation: 'linear' },
  ]),
  chain([
    { filters: 3, kernel: 1, activation: 'linear' },
    { filters: 7, kernel: 3, activation: 'relu' },
    { filters: 6, kernel: 5, activation: 'relu' },
    { filters: 1, kernel: 1, activation: 'linear' },
  ]),
  chain([
    { filters: 4, kernel: 5, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
    { filters: 2, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 11, activation: 'linear' },
  ]),
  chain([{ filters: 1, kernel: 7, activation: 'linear' }]),
];

export function withBiases(model: Model, random: RandomState): Model {
  for (const { biasStart, end } of layerSlices(model.network))
    for (let i = biasStart; i < end; i++) model.weights[i] = 0.1 * normal(random);
  return model;
}

/** Holds one engine's loss, gradient (each kernel and each bias) and picture against another's. */
export async function compareEngines(
  engine: Engine,
  expected: Engine,
  network: string | Network,
  count: number,
  width: number,
  height: number,
  border: number,
): Promise<void> {
  const random: RandomState = { seed: 13, draws: 0 };
  const model = withBiases(initialize(network, { seed: 1 }), random);
  const batch = randomBatch(random, count, width, height);
  const [gradient, right] = [new Float32Array(model.weights.length).fill(NaN), new Float32Array(model.weights.length)];
  const loss = await engine.lossAndGradient(model, batch, gradient, { border });
  const rightLoss = await expected.lossAndGradient(model, batch, right, { border });
  const what = `${layerSlices(model.network)
    .map((l) => `${l.filters}x${l.kernel}`)
    .join(' ')}, border ${border}`;
  assert.ok(Math.abs(loss / rightLoss - 1) < 1e-4, `${what}: loss ${loss}, expected ${rightLoss}`);
  for (const { kernelStart, biasStart, end } of layerSlices(model.network)) {
    for (const [from, to] of [
      [kernelStart, biasStart],
      [biasStart, end],
    ]) {
      const error = relativeError(gradient.subarray(from, to), right.subarray(from, to));
      assert.ok(error < 1e-4, `${what}: the gradient from ${from} to ${to} is off by ${error}`);
    }
  }
  assert.ok(Math.abs((await engine.lossAndGradient(model, batch, null, { border })) / rightLoss - 1) < 1e-4);
  const plane = { ...batch.input, count: 1 };
  const picture = await engine.predict(model, plane);
  assert.deepEqual([picture.width, picture.height], [width, height]);
  assert.ok(relativeError(picture.data, (await expected.predict(model, plane)).data) < 1e-5, `${what}: picture`);
}
