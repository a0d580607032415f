import { existsSync } from 'node:fs';
import util from 'node:util';
import { EngineError } from '../../errors';
import type { Engine } from '../engine';
import { TfEngine } from './engine';
import type { TensorFlow } from './convolution';

/** On a processor a slice's planes should stay near the cache: 32 patches of 32x32. */
const PROCESSOR_PIXELS = 32 * 32 * 32;
const GPU_PIXELS = 2 ** 22;

const SETUP = 'npm run setup:tensorflow';

/** Whether this machine has an NVIDIA driver (on Linux and in WSL 2, the only places where TensorFlow uses one). */
export const hasNvidiaDriver = () =>
  process.platform === 'linux' &&
  ['/dev/nvidiactl', '/proc/driver/nvidia/version', '/dev/dxg'].some((path) => existsSync(path));

function describe(gpu: boolean): string {
  if (gpu) return 'TensorFlow, NVIDIA GPU';
  const advice = hasNvidiaDriver() ? ` (an NVIDIA GPU needs ${SETUP} -- --cuda, and driver 525 or newer)` : '';
  return `TensorFlow, processor${advice}`;
}

/** Node 23 removed this function, which the package uses in a few kernels. */
function restoreIsNullOrUndefined(): void {
  const known = util as { isNullOrUndefined?: (value: unknown) => boolean };
  known.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

function setUnlessSet(name: string, value: string): void {
  process.env[name] ??= value;
}

async function load(): Promise<TensorFlow> {
  // Read when the library is loaded: its chatter would land in the notebook, and products rounded to 10 bits are no
  // gradients.
  setUnlessSet('TF_CPP_MIN_LOG_LEVEL', '3');
  // On processors with AVX-512 VNNI it is on by default and says so where no level silences it: a tenth to a quarter
  // faster, with results that differ from other processors'.
  setUnlessSet('TF_ENABLE_ONEDNN_OPTS', '0');
  setUnlessSet('NVIDIA_TF32_OVERRIDE', '0');
  setUnlessSet('TF_FORCE_GPU_ALLOW_GROWTH', 'true');
  restoreIsNullOrUndefined();
  try {
    return (await import('@tensorflow/tfjs-node-gpu')) as unknown as TensorFlow;
  } catch (error) {
    throw new EngineError(explain((error as Error).message), { cause: error });
  }
}

/** What went wrong when the package was loaded, in a line that says what to do. */
export function explain(message: string): string {
  if (/native addon module .* can not be found/s.test(message))
    return `engine tensorflow: its native half is not there; run ${SETUP}`;
  if (/Cannot find (module|package) '@tensorflow\/tfjs-node-gpu'/.test(message))
    return 'engine tensorflow: the package @tensorflow/tfjs-node-gpu is not installed; run npm ci';
  const line = message.split('\n')[0];
  if (
    /cannot open shared object|image not found|Library not loaded|undefined symbol|file too short|invalid ELF/i.test(
      message,
    )
  ) {
    return `engine tensorflow: its native half is only half there (${line}); run ${SETUP} -- --remove, then ${SETUP}`;
  }
  return `engine tensorflow: it does not load (${line}); run ${SETUP} again, or use the engine wasm`;
}

let loading: Promise<TensorFlow> | undefined;

/**
 * The engine on TensorFlow's own library: on an NVIDIA GPU where there is one, else on the processor.
 * Throws EngineError with the command that installs its native half where that is missing.
 */
export async function createTensorflowEngine(): Promise<Engine & { gpu: boolean }> {
  loading ??= load();
  const tf = await loading.catch((error) => {
    loading = undefined;
    throw error;
  });
  if (!(await tf.setBackend('tensorflow')))
    throw new EngineError(`engine tensorflow: its library does not start; run ${SETUP} again, or use the engine wasm`);
  const gpu = (tf.backend() as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice;
  const device = {
    name: 'tensorflow',
    backend: 'tensorflow',
    description: describe(gpu),
    pixelsAtOnce: gpu ? GPU_PIXELS : PROCESSOR_PIXELS,
  };
  return Object.assign(new TfEngine(tf, device), { gpu });
}
