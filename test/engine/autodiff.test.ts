// The oracle: TensorFlow.js differentiates the same network by itself, on its plain JavaScript backend.
import assert from 'node:assert/strict';
import { chain, type ChainLayer } from '../../src/network/families/srcnn';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import type { Batch, Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { normal, type RandomState, uniform } from '../../src/random';
import type { Model } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import { randomBatch } from './compare';
import { initialize } from '../../src/network/initialize';

let engine: Engine;
before(async () => {
  await tf.setBackend('cpu');
  engine = await createWasmEngine({ threads: 2 });
});
after(() => engine.close());

function differentiate(model: Model, batch: Batch, border: number): { loss: number; gradient: Float32Array } {
  const { count, height, width } = batch.input;
  const inner = (x: tf.Tensor4D) =>
    x.slice([0, border, border, 0], [count, height - 2 * border, width - 2 * border, 1]);
  const loss = (flat: tf.Tensor) => {
    let x = tf.tensor4d(batch.input.data, [count, height, width, 1]);
    for (const { inputs, filters, kernel, kernelStart, biasStart, activation } of layerSlices(model.network)) {
      const weights = flat
        .slice([kernelStart], [biasStart - kernelStart])
        .reshape<tf.Tensor4D>([filters, inputs, kernel, kernel])
        .transpose<tf.Tensor4D>([2, 3, 1, 0]);
      x = x.conv2d(weights, 1, 'same').add(flat.slice([biasStart], [filters]));
      if (activation === 'relu') x = x.relu();
    }
    return inner(x)
      .sub(inner(tf.tensor4d(batch.target.data, [count, height, width, 1])))
      .square()
      .mean() as tf.Scalar;
  };
  return tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad(loss)(tf.tensor1d(model.weights));
    return { loss: value.dataSync()[0], gradient: grad.dataSync() as Float32Array };
  });
}

function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0,
    length = 0;
  for (let i = 0; i < b.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    length += b[i] ** 2;
  }
  return Math.sqrt(difference / length);
}

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
