import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine';
import { lossNames } from '../../../src/engine/losses/losses';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import { createWebgpuEngine } from '../../../src/engine/tensorflow/webgpu';
import { EngineError } from '../../../src/errors';
import { chains, compareEngines } from '../compare';
import { compareLoss, compareWithDefinition, networks, titleOf } from '../kinds';

/**
 * Chromium's software Vulkan, for machines without a GPU: Debian 12's own (mesa-vulkan-drivers 22.3) lacks features
 * that WebGPU requires.
 */
const SOFTWARE = '/usr/lib/chromium/vk_swiftshader_icd.json';

let wasm: Engine,
  engine: Engine | null = null,
  missing: Error | null = null;
before(async () => {
  wasm = await createWasmEngine({ threads: 2 });
  if (existsSync(SOFTWARE) && !['/dev/dri', '/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path)))
    process.env.VK_ICD_FILENAMES ??= SOFTWARE;
  engine = await createWebgpuEngine().catch((error: Error) => {
    missing = error;
    return null;
  });
});
after(async () => void (await Promise.all([wasm.close(), engine?.close()])));

test('without packages or adapter the engine is an error that says what to install', (context) => {
  if (engine) return context.skip('the engine webgpu works here');
  assert.ok(missing instanceof EngineError);
  assert.match(
    missing.message,
    /npm install --no-save webgpu@[\d.]+ @tensorflow\/tfjs-backend-webgpu@4|install the GPU's driver/,
  );
});

test('loss, gradient and picture agree with the engine wasm on WebGPU', async (context) => {
  if (!engine) return context.skip(missing?.message);
  for (const [i, chain] of chains.entries()) await compareEngines(engine, wasm, chain, 2, 9, 8, i % 2);
});

for (const network of networks)
  test(`loss, gradient and picture of ${titleOf(network)} agree with the definition on WebGPU`, async (context) => {
    if (!engine) return context.skip(missing?.message);
    await compareWithDefinition(engine, network);
  });

for (const loss of lossNames)
  test(`the ${loss} loss and its gradient agree with the definition on WebGPU`, async (context) => {
    if (!engine) return context.skip(missing?.message);
    await compareLoss(engine, loss);
  });

test(
  'a software adapter is not taken for a GPU, and an adapter that is not there is ' + 'refused with those that are',
  async (context) => {
    if (!engine) return context.skip(missing?.message);
    assert.equal((engine as Engine & { gpu: boolean }).gpu, !/software, no GPU/.test(engine.description));
    process.env.SRCNN_WEBGPU_ADAPTER = 'abacus';
    try {
      await assert.rejects(
        createWebgpuEngine(),
        (error) => error instanceof EngineError && /called abacus .*; the adapters here: \w/.test(error.message),
      );
    } finally {
      delete process.env.SRCNN_WEBGPU_ADAPTER;
    }
  },
);

test('steps and pictures on WebGPU leave no tensor behind', async (context) => {
  if (!engine) return context.skip(missing?.message);
  const tf = await import('@tensorflow/tfjs');
  const work = () => compareEngines(engine!, wasm, chains[0], 1, 8, 8, 0);
  await work();
  const { numTensors } = tf.memory();
  for (let round = 0; round < 10; round++) await work();
  assert.equal(tf.memory().numTensors, numTensors);
});

test('a second engine of the same kind works after the first is closed', async (context) => {
  if (!engine) return context.skip(missing?.message);
  const other = await createWebgpuEngine();
  await compareEngines(other, wasm, chains[0], 1, 8, 8, 0);
  await other.close();
  await compareEngines(engine, wasm, chains[0], 1, 8, 8, 0);
});
