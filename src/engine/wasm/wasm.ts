import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { growTo, sharedMemory } from '../../arithmetic/sharedMemory';
import { EngineError, OptionError } from '../../errors';
import type { Batch, Engine, LossOptions, Planes } from '../engine';
import { checkBatch, checkInput, Turns } from '../turns';
import {
  bandLength,
  fivesRooms,
  packedLayers,
  packWeights,
  roundUp,
  scratchLength,
  segmentRows,
  stripWidth,
  tileRoom,
  trainingPlanes,
} from './layout';
import { CONTROL_BYTE, FIRST_FREE_BYTE, GENERATION, NEXT, PENDING, type Task, writeTask } from './task';
import type { Convolution, Model } from '../../network/network';
import { layerSlices } from '../../network/parameters';

export interface WasmOptions {
  /** Threads that compute; all cores by default. The result does not depend on it. */
  threads?: number;
}

/** Patches per chunk: the unit a thread takes, and in whose order gradients are added up, whatever the number of threads. */
const CHUNK = 8;
// The threads run compiled code: also when the caller is a test that runs the TypeScript source.
const COMPILED = join(__dirname, '../../../dist/engine/wasm');

function loadKernels(): { module: WebAssembly.Module; simd: string } {
  // Node 20 knows relaxed SIMD but hides it behind this flag; newer versions have it on, and complain of the flag.
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
  for (const variant of ['relaxed', 'plain']) {
    const bytes = readFileSync(join(COMPILED, `kernels-${variant}.wasm`));
    if (WebAssembly.validate(bytes))
      return { module: new WebAssembly.Module(bytes), simd: variant === 'relaxed' ? 'relaxed SIMD' : 'SIMD' };
  }
  throw new EngineError('engine wasm: this Node has no WebAssembly SIMD; use Node 20 or newer');
}

/** The default engine: direct convolutions in WebAssembly SIMD, on worker threads over one shared memory. */
export async function createWasmEngine(options: WasmOptions = {}): Promise<Engine> {
  const { threads = availableParallelism() } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw new OptionError(`threads is ${threads}; use a whole number above 0`);
  const { module, simd } = loadKernels();
  return new WasmEngine(module, simd, threads);
}

/** Throws EngineError for what the kernels do not compute yet. */
function checkComputable({ network }: Model, { loss = 'mse' }: LossOptions): void {
  const chain = network.layers.every(
    (layer) => layer.kind === 'convolution' && (layer.activation === 'relu' || layer.activation === 'linear'),
  );
  if (!chain || network.channels !== 1 || loss !== 'mse')
    throw new EngineError(
      `engine wasm: the network ${network.name} with the loss ${loss} is not computed; use convolutions with relu or linear, luminance and mse`,
    );
}

class WasmEngine implements Engine {
  readonly name = 'wasm';
  readonly description: string;
  private readonly memory = sharedMemory(4);
  private readonly workers: Worker[];
  private finish?: { resolve: () => void; reject: (error: Error) => void };
  private readonly turns = new Turns('wasm');
  private failure?: EngineError;
  private closed = false;

  constructor(
    module: WebAssembly.Module,
    simd: string,
    private readonly threads: number,
  ) {
    this.description = `WebAssembly ${simd}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    this.workers = Array.from({ length: threads }, (_, index) => {
      const worker = new Worker(join(COMPILED, 'worker.js'), {
        workerData: { memory: this.memory, kernelModule: module, index, generation: 0 },
        execArgv: [],
      });
      worker.on('message', () => this.finish?.resolve());
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
    checkComputable(model, options);
    return this.turns.take(() => this.differentiate(model, batch, gradient, options.border ?? 0));
  }

  predict(model: Model, input: Planes): Promise<Planes> {
    checkInput(model, input);
    checkComputable(model, {});
    return this.turns.take(() => this.predictNow(model, input));
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
      `engine wasm: a thread failed: ${reason}; create another engine, with fewer threads where memory is short`,
      { cause },
    );
    this.finish?.reject(this.failure);
  }

  private async differentiate(
    model: Model,
    batch: Batch,
    gradient: Float32Array | null,
    border: number,
  ): Promise<number> {
    const { count, width, height } = batch.input;
    const layers = layerSlices(model.network);
    const chunks = Math.ceil(count / CHUNK);
    const patch = width * height;
    const planes = trainingPlanes(layers, width, height);
    const fives = fivesRooms(
      layers,
      planes.map(() => ({ width, height })),
    );
    const scratchBytes = roundUp(
      4 * (scratchLength(planes) + tileRoom(layers[0], width, height).length + fives.length),
      64,
    );
    const [weights, input, target, gradients, losses, scratch] = this.allocate([
      4 * packedLayers(layers, 'train').length,
      4 * count * patch,
      4 * count * patch,
      gradient ? 4 * chunks * model.weights.length : 0,
      8 * chunks,
      this.threads * scratchBytes,
    ]);
    this.pack(model, weights, 'train');
    const floats = new Float32Array(this.memory.buffer);
    floats.set(batch.input.data.subarray(0, count * patch), input / 4);
    floats.set(batch.target.data.subarray(0, count * patch), target / 4);
    await this.run({
      kind: 'train',
      chunks,
      chunkSize: CHUNK,
      count,
      width,
      height,
      border,
      stripWidth: 0,
      segmentHeight: 0,
      weights,
      input,
      target,
      gradients: gradient ? gradients : 0,
      losses,
      scratch,
      scratchBytes,
      layers: model.network.layers as Convolution[],
    });
    gradient?.fill(0);
    for (let chunk = 0, from = gradients / 4; gradient && chunk < chunks; chunk++) {
      for (let i = 0; i < gradient.length; i++) gradient[i] += floats[from++];
    }
    const sum = new Float64Array(this.memory.buffer, losses, chunks).reduce((a, b) => a + b, 0);
    return sum / (count * (width - 2 * border) * (height - 2 * border));
  }

  private async predictNow(model: Model, { data, width, height }: Planes): Promise<Planes> {
    const layers = layerSlices(model.network);
    const strip = stripWidth(layers, width);
    const across = Math.ceil(width / strip);
    const segmentHeight = segmentRows(height, across, this.threads);
    const chunks = across * Math.ceil(height / segmentHeight);
    const scratchBytes = roundUp(4 * bandLength(layers, strip), 64);
    const bytes = 4 * width * height;
    const [weights, input, target, scratch] = this.allocate([
      4 * packedLayers(layers, 'predict').length,
      bytes,
      bytes,
      this.threads * scratchBytes,
    ]);
    this.pack(model, weights, 'predict');
    const floats = new Float32Array(this.memory.buffer);
    floats.set(data.subarray(0, width * height), input / 4);
    await this.run({
      kind: 'predict',
      chunks,
      chunkSize: 1,
      count: 1,
      width,
      height,
      border: 0,
      stripWidth: strip,
      segmentHeight,
      weights,
      input,
      target,
      gradients: 0,
      losses: 0,
      scratch,
      scratchBytes,
      layers: model.network.layers as Convolution[],
    });
    return { data: floats.slice(target / 4, target / 4 + width * height), count: 1, channels: 1, width, height };
  }

  private pack(model: Model, weights: number, kind: Task['kind']): void {
    const { packed, length } = packedLayers(layerSlices(model.network), kind);
    const target = new Float32Array(this.memory.buffer, weights, length).fill(0);
    packWeights(model.weights, packed, target);
  }

  /** Byte addresses for blocks of these sizes, one after the other; the memory grows when they do not fit and never shrinks. */
  private allocate(sizes: number[]): number[] {
    let end = FIRST_FREE_BYTE;
    const starts = sizes.map((size) => {
      const start = end;
      end = roundUp(end + size, 64);
      return start;
    });
    try {
      growTo(this.memory, end);
    } catch (error) {
      throw new OptionError(
        `engine wasm: ${(end / 2 ** 30).toFixed(1)} GB are needed at once, which this machine or WebAssembly (4 GB) does not give; use a smaller batchSize, network or picture`,
        { cause: error },
      );
    }
    return starts;
  }

  private async run(task: Task): Promise<void> {
    const control = new Int32Array(this.memory.buffer, CONTROL_BYTE, 1024);
    writeTask(control, task);
    Atomics.store(control, NEXT, 0);
    Atomics.store(control, PENDING, this.threads);
    if (this.failure) throw this.failure;
    for (const worker of this.workers) worker.ref();
    try {
      await new Promise<void>((resolve, reject) => {
        this.finish = { resolve, reject };
        Atomics.add(control, GENERATION, 1);
        Atomics.notify(control, GENERATION);
      });
    } finally {
      for (const worker of this.workers) worker.unref();
    }
  }
}
