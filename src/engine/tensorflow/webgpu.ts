import { pathToFileURL } from 'node:url';
import { EngineError } from '../../errors';
import type { Engine } from '../engine';
import { TfEngine } from './engine';
import type { TensorFlow } from './convolution';

/** The versions that were tried. Not saved: the project's own list stays as it is. */
const INSTALL = 'npm install --no-save webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0';
const MOST_PIXELS = 2 ** 22;
/** The widest tensor between two layers, in floats a pixel: 81 neighbours, or 128 channels. */
const FLOATS_PER_PIXEL = 128;

/** What is used here of the WebGPU standard's objects (https://www.w3.org/TR/webgpu/). */
interface Gpu {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}
interface Adapter {
  limits: Record<string, number>;
  info: { vendor: string; architecture: string; device: string; description: string; isFallbackAdapter?: boolean };
  requestDevice(descriptor: { requiredLimits: Record<string, number> }): Promise<Device>;
}
interface Device {
  pushErrorScope(filter: 'out-of-memory' | 'validation'): void;
  popErrorScope(): Promise<{ message: string } | null>;
  destroy(): void;
}

/** Limits that are worth having as large as the adapter gives them. */
const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
];

// TypeScript would turn a plain import() into require, and these packages are modules of the newer kind.
const importModule = new Function('address', 'return import(address)') as (
  address: string,
) => Promise<Record<string, unknown>>;

interface Packages {
  tf: TensorFlow;
  /** Dawn, without an option or with one, such as adapter=NAME. */
  dawn: (option?: string) => Gpu;
  WebGPUBackend: new (device: Device, info: Adapter['info']) => import('@tensorflow/tfjs').KernelBackend;
}

let loading: Promise<Packages> | undefined;

/** One Gpu for each option, kept for good: what it gave out dies with it, and takes the process along. */
function kept(create: (options: string[]) => Gpu): Packages['dawn'] {
  const gpus = new Map<string, Gpu>();
  return (option = '') => {
    const gpu = gpus.get(option) ?? create(option ? [option] : []);
    gpus.set(option, gpu);
    return gpu;
  };
}

/**
 * Throws where the Vulkan loader is missing, without which there is no adapter on Linux. Dawn would find that out as
 * well, but would also write two paragraphs of its own to standard error.
 */
function checkVulkan(): void {
  if (process.platform !== 'linux') return;
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
  } catch (error) {
    // The library is no module of Node, so that loading it always fails; only a missing file counts.
    if (!/No such file/.test((error as Error).message)) return;
    throw new EngineError(
      "engine webgpu: no GPU adapter found, because libvulkan.so.1 is missing; install the GPU's driver and the " +
        'Vulkan loader (the package libvulkan1 of Debian and Ubuntu), or use the engine wasm',
      { cause: error },
    );
  }
}

async function load(): Promise<Packages> {
  let addresses: string[];
  try {
    addresses = ['webgpu', '@tensorflow/tfjs-backend-webgpu'].map((name) => require.resolve(name));
  } catch (error) {
    throw new EngineError(`engine webgpu: its packages are not installed; run ${INSTALL}`, { cause: error });
  }
  checkVulkan();
  try {
    const tf = await import('@tensorflow/tfjs');
    // The backend comes before the GPU: it would register itself, with an adapter of its own.
    const { WebGPUBackend } = require(addresses[1]) as Pick<Packages, 'WebGPUBackend'>;
    const { create, globals } = (await importModule(pathToFileURL(addresses[0]).href)) as {
      create: (options: string[]) => Gpu;
      globals: object;
    };
    const dawn = kept(create);
    Object.assign(globalThis, globals);
    if (!('navigator' in globalThis)) Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
    Object.defineProperty(globalThis.navigator, 'gpu', { value: dawn(), configurable: true });
    return { tf, dawn, WebGPUBackend };
  } catch (error) {
    throw new EngineError(
      `engine webgpu: its packages do not load (${(error as Error).message.split('\n')[0]}); run ${INSTALL}`,
      { cause: error },
    );
  }
}

/** Runs work and throws what the device reports meanwhile: WebGPU itself only logs it and gives zeros. */
async function watched<T>(device: Device, work: () => Promise<T>): Promise<T> {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  let result: T | undefined, failure: unknown;
  try {
    result = await work();
  } catch (error) {
    failure = error;
  }
  const invalid = await device.popErrorScope();
  const outOfMemory = await device.popErrorScope();
  if (outOfMemory) throw new EngineError(`engine webgpu: out of memory: ${outOfMemory.message}`);
  if (invalid) throw new EngineError(`engine webgpu: ${invalid.message}`);
  if (failure) throw failure;
  return result as T;
}

/** The names of all adapters: asked for one that is not there, Dawn lists them. */
async function adapterNames(dawn: Packages['dawn']): Promise<string[]> {
  const complaint = await dawn('adapter=?')
    .requestAdapter({ powerPreference: 'high-performance' })
    .then(() => '', String);
  return [...complaint.matchAll(/name: '([^']*)'/g)].map((match) => match[1]);
}

/** SRCNN_WEBGPU_ADAPTER chooses one of several by a part of its name. */
async function chooseAdapter(dawn: Packages['dawn']): Promise<{ adapter: Adapter; others: string }> {
  const wanted = process.env.SRCNN_WEBGPU_ADAPTER;
  const names = await adapterNames(dawn);
  const adapter = await dawn(wanted && `adapter=${wanted}`)
    .requestAdapter({ powerPreference: 'high-performance' })
    .catch((error: unknown) => {
      const known = names.length ? `; the adapters here: ${names.join(', ')}` : '';
      const reason = wanted ? `is called ${wanted} (SRCNN_WEBGPU_ADAPTER)` : `(${String(error).split('\n')[0]})`;
      throw new EngineError(`engine webgpu: no adapter ${reason}${known}`, { cause: error });
    });
  if (!adapter)
    throw new EngineError(
      "engine webgpu: no GPU adapter found; install the GPU's driver (on Linux its Vulkan driver and " +
        'libvulkan1), or use the engine wasm',
    );
  return {
    adapter,
    others: names.length > 1 ? `; adapters here: ${names.join(', ')}; SRCNN_WEBGPU_ADAPTER names another` : '',
  };
}

async function requestDevice(adapter: Adapter): Promise<Device> {
  try {
    return await adapter.requestDevice({
      requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    });
  } catch (error) {
    throw new EngineError(
      `engine webgpu: ${adapter.info.description || 'the adapter'} gives no device ` +
        `(${String(error).split('\n')[0]}); update its driver, or use the engine wasm`,
      { cause: error },
    );
  }
}

let engines = 0;

/**
 * The engine on any GPU that WebGPU reaches, through the optional packages `webgpu` and
 * `@tensorflow/tfjs-backend-webgpu`.
 * `gpu` is false on a software adapter. Throws EngineError where packages, driver or adapter are missing.
 */
export async function createWebgpuEngine(): Promise<Engine & { gpu: boolean }> {
  loading ??= load();
  const { tf, dawn, WebGPUBackend } = await loading.catch((error) => {
    loading = undefined;
    throw error;
  });
  const { adapter, others } = await chooseAdapter(dawn);
  const device = await requestDevice(adapter);
  const backend = `webgpu-${++engines}`;
  tf.registerBackend(backend, () => new WebGPUBackend(device, adapter.info));
  // The kernels are registered under the plain name.
  tf.copyRegisteredKernels('webgpu', backend);
  await tf.setBackend(backend);
  const { description, device: model, architecture, isFallbackAdapter = false } = adapter.info;
  const called = description || model || architecture || 'unnamed adapter';
  return Object.assign(
    new TfEngine(tf, {
      name: 'webgpu',
      backend,
      description: `WebGPU, ${called}${isFallbackAdapter ? ' (software, no GPU)' : ''}${others}`,
      pixelsAtOnce: Math.min(
        MOST_PIXELS,
        Math.floor(adapter.limits.maxStorageBufferBindingSize / (4 * FLOATS_PER_PIXEL)),
      ),
      watch: (work) => watched(device, work),
      release: () => {
        tf.removeBackend(backend);
        device.destroy();
      },
    }),
    { gpu: !isFallbackAdapter },
  );
}
