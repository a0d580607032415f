import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../../src/engine/engine';
import { TfEngine } from '../../../src/engine/tensorflow/engine';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import { lossNames } from '../../../src/engine/losses/losses';
import { EngineError, OptionError } from '../../../src/errors';
import { networkNamed } from '../../../src/network/families/families';
import { initialize } from '../../../src/network/initialize';
import type { Network } from '../../../src/network/network';
import type { RandomState } from '../../../src/random';
import { chains, compareEngines, randomPlanes, relativeError } from '../compare';
import { batch, compareLoss, compareWithDefinition, model, networks, skips, titleOf } from '../kinds';
import { naiveLossAndGradient, naivePredict } from '../naive';

// The graph of the engines tensorflow and webgpu, on TensorFlow.js's own JavaScript backend: no native half is needed.

let wasm: Engine;
before(async () => void (wasm = await createWasmEngine({ threads: 2 })));
after(() => wasm.close());

const device = { name: 'plain', backend: 'cpu', description: 'TensorFlow.js in JavaScript', pixelsAtOnce: 2 ** 20 };

test('the graph agrees with the engine wasm for chains of every shape, with and without a border', async () => {
  const engine = new TfEngine(tf, device);
  for (const [i, chain] of chains.entries()) await compareEngines(engine, wasm, chain, 2, 9, 7 + i, i % 3);
});

/** A device that runs out of memory when a slice's tensors take more than `room` bytes; how often it did. */
function smallDevice(room: number): { engine: TfEngine; failures: () => number } {
  let failed = 0;
  const watch = async <T>(work: () => Promise<T>): Promise<T> => {
    let result: T | undefined;
    const { peakBytes, newTensors } = await tf.profile(async () => {
      result = await work();
      return [];
    });
    if (peakBytes <= room) return result as T;
    assert.equal(newTensors, 0, 'a failed slice left tensors behind');
    failed++;
    throw new EngineError(`OOM when allocating ${peakBytes} bytes`);
  };
  return { engine: new TfEngine(tf, { ...device, watch }), failures: () => failed };
}

test(
  'when the memory is used up the slice is halved, the result is the same, and the next call starts with what ' +
    'fitted',
  async () => {
    const { engine, failures } = smallDevice(200_000);
    await compareEngines(engine, wasm, chains[0], 7, 9, 8, 1);
    assert.equal(failures(), 2);
  },
);

test('memory that does not hold one patch is an error that says so', async () => {
  const { engine } = smallDevice(10_000);
  await assert.rejects(compareEngines(engine, wasm, chains[0], 2, 9, 8, 0), /OOM/);
});

for (const network of networks)
  test(`the graph's loss, gradient and picture of ${titleOf(network)} agree with the definition`, () =>
    compareWithDefinition(new TfEngine(tf, device), network));

for (const loss of lossNames)
  test(`the graph's ${loss} loss and its gradient agree with the definition`, () =>
    compareLoss(new TfEngine(tf, device), loss));

test('slices of a batch and bands of a picture change nothing, for networks of every kind', async () => {
  const random: RandomState = { seed: 9, draws: 0 };
  const small = new TfEngine(tf, { ...device, pixelsAtOnce: 2 * 63 });
  for (const network of [skips(3), networkNamed('fsrcnn', { scale: 2 })]) {
    const made = model(network, random);
    const pairs = batch(network, random, 5, 9, 7);
    const gradient = new Float32Array(made.weights.length);
    const loss = await small.lossAndGradient(made, pairs, gradient, { border: 2, loss: 'l1' });
    const expected = naiveLossAndGradient(made, pairs, 2, 'l1');
    assert.ok(Math.abs(loss / expected.loss - 1) < 1e-5);
    assert.ok(relativeError(gradient, expected.gradient) < 1e-5);
    const pictures = randomPlanes(random, 2, 11, 40, network.channels);
    const output = await small.predict(made, pictures);
    const one = network.channels * 11 * 40;
    for (const n of [0, 1]) {
      const right = naivePredict(made, pictures.data.subarray(n * one, (n + 1) * one), 11, 40);
      assert.ok(relativeError(output.data.subarray(n * right.length, (n + 1) * right.length), right) < 1e-5);
    }
  }
});

test('a transposed convolution that is not the last layer is refused by name', () => {
  const layers: Network['layers'] = [
    { kind: 'transposed', filters: 1, kernel: 4, stride: 2, activation: 'linear' },
    { kind: 'convolution', filters: 1, kernel: 3, activation: 'linear' },
  ];
  const made = initialize({ ...skips(1), layers });
  const engine = new TfEngine(tf, device);
  assert.throws(
    () => engine.predict(made, randomPlanes({ seed: 1, draws: 0 }, 1, 4, 4)),
    (error) => error instanceof OptionError && /must be the last layer/.test(error.message),
  );
});
