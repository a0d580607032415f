import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { sharedMemory } from '../../arithmetic/sharedMemory';
import { EngineError, OptionError } from '../../errors';
import { checkThreads } from '../../threads/checkThreads';
import { niceOfThreads } from '../../threads/priority';
import { lower } from '../../network/lower';
import type { Model } from '../../network/network';
import type { Batch, Engine, LossOptions, Planes } from '../engine';
import { checkBatch, checkInput, Turns } from '../turns';
import { differentiate, predictPictures } from './calls';
import { fastestKernels, nativeKernels, webAssemblyKernels } from './sets/choose';
import type { KernelSet, KernelSetName } from './sets/kernelSet';
import { nativeSets } from './sets/native';
import { pairedSet } from './sets/paired';
import { COMPILED, webAssemblySets } from './sets/webAssembly';
import { CONTROL_BYTE, GENERATION, MOST_LAYERS, NEXT, PAGE_BYTES, PAGES, PENDING, type Task, writeTask } from './task';

export interface WasmOptions {
  /** Threads that compute; all cores by default. The result does not depend on it. */
  threads?: number;
  /**
   * 'wasm': the fastest WebAssembly kernels here, the default; 'native': those of `npm run setup:native`; 'any': the
   * fastest of both; or one set by its name.
   */
  kernels?: 'wasm' | 'native' | 'any' | KernelSetName;
}

/**
 * The processor's engine: convolutions on worker threads over one shared memory, in WebAssembly SIMD or natively.
 * Throws OptionError for a wrong number of threads, EngineError where the kernels cannot run.
 */
export async function createWasmEngine({ threads, kernels = 'wasm' }: WasmOptions = {}): Promise<Engine> {
  const count = threads ?? availableParallelism();
  checkThreads(count);
  return new WasmEngine(await kernelsNamed(kernels), count);
}

async function kernelsNamed(name: NonNullable<WasmOptions['kernels']>): Promise<KernelSet> {
  if (name === 'any') return fastestKernels();
  if (name === 'wasm') return webAssemblyKernels();
  if (name === 'native') return nativeKernels();
  const sets = name.startsWith('native')
    ? nativeSets()
    : [...webAssemblySets(), pairedSet()].filter((each) => each !== null);
  const set = sets.find((each) => each.name === name);
  if (!set)
    throw new EngineError(`kernels ${name} do not run here: use one of ${sets.map((each) => each.name).join(', ')}`);
  return set;
}

/** Throws OptionError for a network that the threads have no room to describe, or that cannot be lowered. */
function checkComputable({ network }: Model): void {
  const { layers } = lower(network).network;
  if (layers.length > MOST_LAYERS)
    throw new OptionError(`engine wasm: the network has ${layers.length} layers; use at most ${MOST_LAYERS}`);
}

class WasmEngine implements Engine {
  readonly name: 'wasm' | 'native';
  readonly description: string;
  readonly kernels: KernelSetName;
  readonly memory = sharedMemory(4);
  private readonly workers: Worker[];
  private finish?: { generation: number; resolve: () => void; reject: (error: Error) => void };
  private readonly turns: Turns;
  private failure?: EngineError;
  private closed = false;

  constructor(
    readonly kernelSet: KernelSet,
    readonly threads: number,
  ) {
    this.name = kernelSet.source.kind;
    this.kernels = kernelSet.name;
    this.turns = new Turns(this.name);
    this.description = `${kernelSet.description}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    this.workers = Array.from({ length: threads }, (_, index) => {
      const worker = new Worker(join(COMPILED, 'worker.js'), {
        workerData: { memory: this.memory, source: kernelSet.source, index, generation: 0, nice: niceOfThreads() },
        execArgv: [],
      });
      // Only the end of the task that is waited for counts.
      worker.on('message', (generation) => {
        if (generation === this.finish?.generation) this.finish?.resolve();
      });
      worker.on('error', (error) => this.fail(error.message, error));
      worker.on('exit', () => this.closed || this.fail('it ended'));
      // An idle engine does not keep the program alive.
      worker.unref();
      return worker;
    });
  }

  lossAndGradient(
    model: Model,
    batch: Batch,
    gradient: Float32Array | null,
    options: LossOptions = {},
  ): Promise<number> {
    checkBatch(model, batch, gradient, options);
    checkComputable(model);
    return this.turns.take(() => differentiate(this, model, batch, gradient, options));
  }

  predict(model: Model, input: Planes): Promise<Planes> {
    checkInput(model, input);
    checkComputable(model);
    return this.turns.take(() => predictPictures(this, model, input));
  }

  async close(): Promise<void> {
    await this.turns.close();
    this.closed = true;
    this.finish = undefined;
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  /** Without one of its threads the engine is of no use: calls would wait for it for ever. */
  private fail(reason: string, cause?: Error): void {
    this.failure ??= new EngineError(
      `engine ${this.name}: a thread failed: ${reason}; create another engine, with fewer threads where memory is ` +
        'short',
      { cause },
    );
    this.finish?.reject(this.failure);
  }

  /** Has the threads do a task. */
  async run(task: Task): Promise<void> {
    if (this.failure) throw this.failure;
    const control = new Int32Array(this.memory.buffer, CONTROL_BYTE, 1024);
    writeTask(control, task);
    Atomics.store(control, PAGES, this.memory.buffer.byteLength / PAGE_BYTES);
    Atomics.store(control, NEXT, 0);
    Atomics.store(control, PENDING, this.threads);
    for (const worker of this.workers) worker.ref();
    try {
      await new Promise<void>((resolve, reject) => {
        // The words are 32 bits wide, and begin at their least value again after their greatest.
        this.finish = { generation: (Atomics.load(control, GENERATION) + 1) | 0, resolve, reject };
        Atomics.add(control, GENERATION, 1);
        Atomics.notify(control, GENERATION);
      });
    } finally {
      for (const worker of this.workers) worker.unref();
    }
  }
}
