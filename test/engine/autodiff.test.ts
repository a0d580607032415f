// The oracle: TensorFlow.js differentiates the same network by itself, on its plain JavaScript backend.
import assert from 'node:assert/strict';
import { chain, type ChainLayer } from '../../src/network/families/srcnn';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../src/engine/engine';
import { lossNames } from '../../src/engine/losses/losses';
import { TfEngine } from '../../src/engine/tensorflow/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { normal, type RandomState, uniform } from '../../src/random';
import type { Model } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import { differentiate } from './autodiff';
import { randomBatch, relativeError } from './compare';
import { batch, model as randomModel, networks, titleOf } from './kinds';
import { initialize } from '../../src/network/initialize';

let engine: Engine;
/** The graph of the engines tensorflow and webgpu, in JavaScript. */
const graph = new TfEngine(tf, { name: 'graph', backend: 'cpu', description: 'JavaScript', pixelsAtOnce: 2 ** 20 });
before(async () => {
  await tf.setBackend('cpu');
  engine = await createWasmEngine({ threads: 2 });
});
after(() => engine.close());

async function compare(model: Model, width: number, height: number, count: number, border: number): Promise<void> {
  const random: RandomState = { seed: 5, draws: 0 };
  for (const { biasStart, end } of layerSlices(model.network))
    for (let i = biasStart; i < end; i++) model.weights[i] = 0.1 * normal(random);
  const batch = randomBatch(random, count, width, height);
  const gradient = new Float32Array(model.weights.length);
  const loss = await engine.lossAndGradient(model, batch, gradient, { border });
  const expected = differentiate(model, batch, border);
  const what = `${layerSlices(model.network)
    .map((l) => `${l.filters}x${l.kernel}`)
    .join(' ')}, border ${border}`;
  assert.ok(Math.abs(loss / expected.loss - 1) < 1e-5, `${what}: loss ${loss}, expected ${expected.loss}`);
  for (const { kernelStart, biasStart, end } of layerSlices(model.network)) {
    for (const [part, from, to] of [
      ['kernel', kernelStart, biasStart],
      ['bias', biasStart, end],
    ] as const) {
      const error = relativeError(gradient.subarray(from, to), expected.gradient.subarray(from, to));
      assert.ok(error < 1e-5, `${what}: ${part} gradient at ${from} is off by ${error}`);
    }
  }
}

test('loss and gradient of 9-1-7 agree with autodiff', () => compare(initialize('9-1-7', { seed: 2 }), 16, 16, 2, 0));

test('loss and gradient over the centre alone agree with autodiff', () =>
  compare(initialize('9-1-7', { seed: 3 }), 16, 16, 1, 4));

test('loss and gradient of random chains of layers agree with autodiff', async () => {
  const random: RandomState = { seed: 21, draws: 0 };
  const whole = (below: number) => Math.floor(uniform(random) * below);
  for (let trial = 0; trial < 8; trial++) {
    // Kernels 1 to 11 and filters that leave every remainder by 4; enough linear layers that no gradient vanishes.
    const hidden = Array.from({ length: 1 + whole(3) }, (_, i): ChainLayer => ({
      filters: 5 + ((trial + i) % 4),
      kernel: 1 + 2 * ((trial + i) % 6),
      activation: i % 2 ? 'linear' : 'relu',
    }));
    const layers = chain([...hidden, { filters: 1, kernel: 1 + 2 * whole(6), activation: 'linear' }]);
    await compare(initialize(layers, { seed: trial }), 9 + whole(8), 9 + whole(8), 1 + whole(3), trial % 4);
  }
});

for (const network of networks)
  for (const loss of network === networks[0] ? lossNames : (['mse'] as const))
    test(`${loss} and its gradient of ${titleOf(network)} agree with autodiff, on wasm and in the graph`, async () => {
      const random: RandomState = { seed: 14, draws: 0 };
      const made = randomModel(network, random);
      const pairs = batch(network, random, 2, 9, 8);
      const expected = differentiate(made, pairs, 2, loss);
      for (const each of [engine, graph]) {
        const gradient = new Float32Array(made.weights.length);
        const value = await each.lossAndGradient(made, pairs, gradient, { border: 2, loss });
        assert.ok(Math.abs(value / expected.loss - 1) < 1e-5, `${each.name}: ${value}, not ${expected.loss}`);
        for (const { kernelStart, end } of layerSlices(network)) {
          const error = relativeError(
            gradient.subarray(kernelStart, end),
            expected.gradient.subarray(kernelStart, end),
          );
          assert.ok(error < 1e-5, `${each.name}: the gradient from ${kernelStart} is off by ${error}`);
        }
      }
    });
