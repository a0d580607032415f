import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { toLayersModel } from '../../src/formats/layersModel';
import { networkNamed } from '../../src/network/families/families';
import { initialize } from '../../src/network/initialize';
import type { RandomState } from '../../src/random';
import { randomPlanes, relativeError } from '../engine/compare';
import { model, networks, skips, titleOf } from '../engine/kinds';

let engine: Engine;
before(async () => {
  await tf.setBackend('cpu');
  engine = await createWasmEngine({ threads: 2 });
});
after(() => engine.close());

for (const network of [networkNamed('9-1-7'), ...networks])
  test(`the layers model of ${titleOf(network)} gives the engine's picture`, async () => {
    const random: RandomState = { seed: 11, draws: 0 };
    const made = model(network, random);
    const { channels, scale } = network;
    const input = randomPlanes(random, 1, 19, 14, channels);
    const layersModel = await toLayersModel(made);
    const output = tf.tidy(() => {
      const picture = tf.tensor4d(input.data, [1, channels, 14, 19]).transpose([0, 2, 3, 1]);
      return (layersModel.predict(picture) as tf.Tensor).transpose([0, 3, 1, 2]);
    });
    assert.deepEqual(output.shape, [1, channels, 14 * scale, 19 * scale]);
    const expected = await engine.predict(made, input);
    const error = relativeError(output.dataSync(), expected.data);
    assert.ok(error < 2e-6, `relative error ${error}`);
    output.dispose();
    layersModel.dispose();
  });

test('the layers model takes pictures of any size and leaves no tensor behind when it is disposed', async () => {
  const before = tf.memory().numTensors;
  const layersModel = await toLayersModel(initialize('9-1-5'));
  assert.deepEqual(layersModel.inputs[0].shape, [null, null, null, 1]);
  assert.equal(layersModel.countParams(), 8129);
  assert.deepEqual(
    layersModel.layers.slice(1).map(({ name }) => name),
    ['conv1', 'conv2', 'conv3'],
  );
  layersModel.dispose();
  (await toLayersModel(initialize('plain-8x2', { seed: 1 }))).dispose();
  assert.equal(tf.memory().numTensors, before);
});

test('a layers model that is saved and loaded gives the same picture', async () => {
  const layersModel = await toLayersModel(model(skips(3), { seed: 2, draws: 0 }));
  let saved: tf.io.ModelArtifacts | undefined;
  await layersModel.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
  const input = tf.randomNormal([1, 8, 9, 3], 0, 1, 'float32', 4);
  const [right, again] = [layersModel, loaded].map((each) => (each.predict(input) as tf.Tensor).dataSync());
  assert.deepEqual(again, right);
  for (const each of [layersModel, loaded, input]) each.dispose();
});
