import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { OptionError } from '../../src/errors';
import { toLayersModel } from '../../src/formats/layersModel';
import { normal, type RandomState } from '../../src/random';
import type { Model } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import { planesOf } from '../../src/engine/engine';
import { initialize } from '../../src/network/initialize';

let engine: Engine;
before(async () => {
  await tf.setBackend('cpu');
  engine = await createWasmEngine({ threads: 2 });
});
after(() => engine.close());

function withBiases(model: Model, random: RandomState): Model {
  for (const { biasStart, end } of layerSlices(model.network))
    for (let i = biasStart; i < end; i++) model.weights[i] = 0.1 * normal(random);
  return model;
}

/** The largest difference, relative to the largest value. */
function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0,
    largest = 0;
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    largest = Math.max(largest, Math.abs(b[i]));
  }
  return difference / largest;
}

for (const [network, [width, height]] of [
  ['9-1-7', [37, 22]],
  [
    chain([
      { filters: 3, kernel: 5, activation: 'linear' },
      { filters: 6, kernel: 3, activation: 'relu' },
      { filters: 1, kernel: 1, activation: 'linear' },
    ]),
    [16, 9],
  ],
] as const) {
  test(
    `the layers model of ${typeof network === 'string' ? network : 'a chain of other layers'} gives the ` +
      `engine's picture`,
    async () => {
      const random: RandomState = { seed: 11, draws: 0 };
      const model = withBiases(initialize(network, { seed: 3 }), random);
      const data = Float32Array.from({ length: width * height }, () => normal(random));
      const layersModel = await toLayersModel(model);
      const output = layersModel.predict(tf.tensor4d(data, [1, height, width, 1])) as tf.Tensor;
      assert.deepEqual(output.shape, [1, height, width, 1]);
      const expected = await engine.predict(model, planesOf([{ data, width, height }]));
      assert.ok(
        relativeError(output.dataSync(), expected.data) < 2e-6,
        `relative error ${relativeError(output.dataSync(), expected.data)}`,
      );
    },
  );
}

test('the layers model takes pictures of any size and leaves no tensor behind when it is disposed', async () => {
  const before = tf.memory().numTensors;
  const layersModel = await toLayersModel(initialize('9-1-5'));
  assert.deepEqual(layersModel.inputs[0].shape, [null, null, null, 1]);
  assert.equal(layersModel.countParams(), 8129);
  layersModel.dispose();
  assert.equal(tf.memory().numTensors, before);
});

test('a network that is no plain chain on luminance is refused by name', async () => {
  await assert.rejects(
    toLayersModel(initialize('plain-32x6')),
    (error) => error instanceof OptionError && /layers of kind add/.test(error.message),
  );
});
