import { EngineError, UnknownNameError } from '../errors';
import type { Batch, Engine } from './engine';
import { createTensorflowEngine, hasNvidiaDriver } from './tensorflow/tensorflow';
import { createWasmEngine, type WasmOptions } from './wasm/wasm';
import { createWebgpuEngine } from './tensorflow/webgpu';
import { initialize } from '../network/initialize';

/** In the order of choice: the first two only where they compute on a GPU, native where it was set up and is faster. */
export const engineNames = ['tensorflow', 'webgpu', 'native', 'wasm'] as const;
export type EngineName = (typeof engineNames)[number];

const creators: Record<EngineName, (options: WasmOptions) => Promise<Engine & { gpu?: boolean }>> = {
  tensorflow: createTensorflowEngine,
  webgpu: createWebgpuEngine,
  native: (options) => createWasmEngine({ ...options, kernels: 'native' }),
  wasm: (options) => createWasmEngine({ ...options, kernels: 'wasm' }),
};

const isEngineName = (name: string): name is EngineName => (engineNames as readonly string[]).includes(name);

/**
 * The engine of this name; without one, that of the environment's SRCNN_ENGINE; without that, the fastest: tensorflow
 * on a GPU, webgpu on a GPU, native, wasm. Throws EngineError, which says what to do, if a named engine does not work
 * here; no other one takes its place. `threads` holds for native and wasm.
 */
export async function createEngine(name?: string, options: WasmOptions = {}): Promise<Engine> {
  const wanted = name ?? (process.env.SRCNN_ENGINE || undefined);
  if (wanted === undefined) return (await createGpuEngine()) ?? createWasmEngine({ ...options, kernels: 'any' });
  if (!isEngineName(wanted)) throw new UnknownNameError('engine', wanted, engineNames);
  return creators[wanted](options);
}

async function createGpuEngine(): Promise<Engine | null> {
  // Loading TensorFlow takes a second and half a gigabyte, so it is not tried without an NVIDIA driver.
  for (const create of [...(hasNvidiaDriver() ? [createTensorflowEngine] : []), createWebgpuEngine]) {
    const engine = await unlessMissing(create);
    if (engine?.gpu && (await computes(engine))) return engine;
    await engine?.close();
  }
  return null;
}

/** A first step: a driver that is too old for its library shows only then. */
async function computes(engine: Engine): Promise<boolean> {
  const model = initialize('9-1-7');
  try {
    const batch = batchOf(1, 8);
    return Number.isFinite(await engine.lossAndGradient(model, batch, new Float32Array(model.weights.length)));
  } catch (error) {
    console.warn(
      `engine ${engine.name} is left out: ${(error as Error).message.split('\n')[0]}; is the GPU's driver up to date?`,
    );
    return false;
  }
}

/** Patches with invented values, to measure a step. */
function batchOf(count: number, side: number): Batch {
  const planes = () => ({
    data: Float32Array.from({ length: count * side * side }, (_, i) => Math.sin(i)),
    count,
    channels: 1,
    width: side,
    height: side,
  });
  return { input: planes(), target: planes() };
}

async function unlessMissing<T>(create: () => Promise<T>): Promise<T | null> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof EngineError) return null;
    throw error;
  }
}

/** One engine on this machine. */
export interface EngineReport {
  name: EngineName;
  works: boolean;
  /** The device that it computes on, or why it does not work and what to do. */
  description: string;
  /** Milliseconds for one step of training: 9-1-7, 128 patches of 32x32. */
  stepMilliseconds?: number;
}

/** Tries every engine and measures one step of training on those that work. */
export async function listEngines(options: WasmOptions = {}): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const name of engineNames) {
    try {
      const engine = await creators[name](options);
      try {
        reports.push({
          name,
          works: true,
          description: engine.description,
          stepMilliseconds: await measureStep(engine),
        });
      } finally {
        await engine.close();
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      reports.push({ name, works: false, description: error.message.replace(`engine ${name}: `, '') });
    }
  }
  return reports;
}

const STEP_PATCHES = 128;
/** A step slower than this is estimated from one patch. */
const PATIENCE_MILLISECONDS = 5000;

async function measureStep(engine: Engine): Promise<number> {
  const model = initialize('9-1-7'),
    gradient = new Float32Array(model.weights.length);
  const time = async (count: number) => {
    const batch = batchOf(count, 32);
    const began = performance.now();
    await engine.lossAndGradient(model, batch, gradient);
    return performance.now() - began;
  };
  // The first call loads and compiles.
  await time(1);
  const patch = await time(1);
  if (patch * STEP_PATCHES > PATIENCE_MILLISECONDS) return patch * STEP_PATCHES;
  await time(STEP_PATCHES);
  return Math.min(await time(STEP_PATCHES), await time(STEP_PATCHES));
}
