import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { createWebgpuEngine } from '../../src/engine/webgpu';
import { EngineError } from '../../src/errors';
import { chains, compareEngines } from './compare';

let wasm: Engine, engine: Engine | null = null, missing: Error | null = null;
before(async () => {
  wasm = await createWasmEngine({ threads: 2 });
  engine = await createWebgpuEngine().catch((error: Error) => {
    missing = error;
    return null;
  });
});
after(async () => void (await Promise.all([wasm.close(), engine?.close()])));

test('without packages or adapter the engine is an error that says what to install', (context) => {
  if (engine) return context.skip('the engine webgpu works here');
  assert.ok(missing instanceof EngineError);
  assert.match(missing.message, /npm install webgpu @tensorflow\/tfjs-backend-webgpu|install the GPU's driver/);
});

test('loss, gradient and picture agree with the engine wasm on WebGPU', async (context) => {
  if (!engine) return context.skip(missing?.message);
  for (const [i, chain] of chains.entries()) await compareEngines(engine, wasm, chain, 2, 9, 8, i % 2);
});

test('a second engine of the same kind works after the first is closed', async (context) => {
  if (!engine) return context.skip(missing?.message);
  const other = await createWebgpuEngine();
  await compareEngines(other, wasm, chains[0], 1, 8, 8, 0);
  await other.close();
  await compareEngines(engine, wasm, chains[0], 1, 8, 8, 0);
});
