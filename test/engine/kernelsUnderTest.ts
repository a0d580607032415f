import type { Engine } from '../../src/engine/engine';
import { createWasmEngine, type WasmOptions } from '../../src/engine/wasm/wasm';

/** An engine with the kernels that SRCNN_TEST_KERNELS names: kernelSets.test.ts runs these tests with each set. */
export const createTestedEngine = (threads = 2): Promise<Engine> =>
  createWasmEngine({ threads, kernels: process.env.SRCNN_TEST_KERNELS as WasmOptions['kernels'] });
