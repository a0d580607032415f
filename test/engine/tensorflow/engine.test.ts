import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../../../src/engine/engine';
import { TfEngine } from '../../../src/engine/tensorflow/engine';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import { EngineError } from '../../../src/errors';
import { networkNamed } from '../../../src/network/families/families';
import { chain } from '../../../src/network/families/srcnn';
import { initialize } from '../../../src/network/initialize';
import type { Network } from '../../../src/network/network';
import { chains, compareEngines, randomPlanes } from '../compare';

// The graph of the engines tensorflow and webgpu, on TensorFlow.js's own JavaScript backend: no native half is needed.

let wasm: Engine;
before(async () => void (wasm = await createWasmEngine({ threads: 2 })));
after(() => wasm.close());

const device = { name: 'plain', backend: 'cpu', description: 'TensorFlow.js in JavaScript', pixelsAtOnce: 2 ** 20 };

test('the graph agrees with the engine wasm for every kind of layer, with and without a border', async () => {
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

test('a network or loss that the graph does not compute is an error that names it, not a wrong result', () => {
  const engine = new TfEngine(tf, device);
  const tanh = chain([{ filters: 1, kernel: 3, activation: 'tanh' }]);
  const input = randomPlanes({ seed: 5, draws: 0 }, 1, 8, 8);
  const refused = (network: Network, word: RegExp) =>
    assert.throws(
      () => engine.predict(initialize(network), { ...input, channels: network.channels, count: 0 }),
      (error) => error instanceof EngineError && word.test(error.message) && /use the engine wasm/.test(error.message),
    );
  refused(networkNamed('plain-32x6'), /the activation prelu/);
  refused({ ...chains[0], layers: [...chains[0].layers, { kind: 'add', layer: 'input' }] }, /layers of kind add/);
  refused(tanh, /the activation tanh/);
  refused({ ...tanh, channels: 3, layers: [{ ...tanh.layers[0], filters: 3 } as Network['layers'][0]] }, /3 channels/);
  const batch = { input, target: input };
  assert.throws(() => engine.lossAndGradient(initialize(chains[0]), batch, null, { loss: 'l1' }), /the loss l1/);
});
