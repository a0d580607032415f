import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { growTo, sharedMemory } from '../../arithmetic/sharedMemory';
import { EngineError, OptionError } from '../../errors';
import { lower, lowerWeights, raiseGradient } from '../../network/lower';
import type { Model, Network } from '../../network/network';
import type { Batch, Engine, LossOptions, Planes } from '../engine';
import { lossNames } from '../losses';
import { checkBatch, checkInput, Turns } from '../turns';
import { bandMemory, segmentRows, stripWidth } from './plan/bands';
import { graphOf } from './plan/graph';
import { packedLayers, packWeights } from './plan/packed';
import { roundUp } from './plan/plan';
import { trainingLength } from './plan/training';
import { CONTROL_BYTE, FIRST_FREE_BYTE, GENERATION, MOST_LAYERS, NEXT, PENDING, type Task, writeTask } from './task';

export interface WasmOptions {
  /** Threads that compute; all cores by default. The result does not depend on it. */
  threads?: number;
}

/**
 * Patches per chunk: the unit a thread takes, and in whose order gradients are added up, whatever the number of
 * threads.
 */
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

/** Throws OptionError for a network that the threads have no room to describe, or that cannot be lowered. */
function checkComputable({ network }: Model): void {
  const { layers } = lower(network).network;
  if (layers.length > MOST_LAYERS)
    throw new OptionError(`engine wasm: the network has ${layers.length} layers; use at most ${MOST_LAYERS}`);
}

class WasmEngine implements Engine {
  readonly name = 'wasm';
  readonly description: string;
  private readonly memory = sharedMemory(4);
  private readonly workers: Worker[];
  private finish?: { generation: number; resolve: () => void; reject: (error: Error) => void };
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
    return this.turns.take(() => this.differentiate(model, batch, gradient, options));
  }

  predict(model: Model, input: Planes): Promise<Planes> {
    checkInput(model, input);
    checkComputable(model);
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
    { input, target }: Batch,
    gradient: Float32Array | null,
    { border = 0, loss = 'mse' }: LossOptions,
  ): Promise<number> {
    const { count, channels, width, height } = input;
    const lowered = lower(model.network);
    const weights = lowerWeights(lowered, model.weights);
    const graph = graphOf(lowered.network);
    const { packed, length } = packedLayers(graph.slices, 'train');
    const chunks = Math.ceil(count / CHUNK);
    const scratchBytes = roundUp(4 * trainingLength(graph, packed, width, height), 64);
    const values = (planes: Planes) => count * channels * planes.width * planes.height;
    const [packedAt, inputAt, targetAt, gradients, losses, scratch] = this.allocate([
      4 * length,
      4 * values(input),
      4 * values(target),
      gradient ? 4 * chunks * weights.length : 0,
      8 * chunks,
      this.threads * scratchBytes,
    ]);
    packWeights(weights, packed, new Float32Array(this.memory.buffer, packedAt, length).fill(0));
    const floats = new Float32Array(this.memory.buffer);
    floats.set(input.data.subarray(0, values(input)), inputAt / 4);
    floats.set(target.data.subarray(0, values(target)), targetAt / 4);
    await this.run({
      kind: 'train',
      chunks,
      count,
      channels,
      width,
      height,
      weights: packedAt,
      input: inputAt,
      target: targetAt,
      scratch,
      scratchBytes,
      chunkSize: CHUNK,
      border,
      loss: lossNames.indexOf(loss),
      gradients,
      losses,
      differentiate: gradient ? 1 : 0,
      layers: lowered.network.layers,
    });
    if (gradient) raiseGradient(lowered, this.sumGradients(gradients, chunks, weights.length), gradient);
    const sum = new Float64Array(this.memory.buffer, losses, chunks).reduce((a, b) => a + b, 0);
    return sum / (count * channels * (target.width - 2 * border) * (target.height - 2 * border));
  }

  /** The chunks' gradients, added in their order. */
  private sumGradients(at: number, chunks: number, length: number): Float32Array {
    const floats = new Float32Array(this.memory.buffer);
    const sum = new Float32Array(length);
    for (let chunk = 0, from = at / 4; chunk < chunks; chunk++) {
      for (let i = 0; i < length; i++) sum[i] += floats[from++];
    }
    return sum;
  }

  /** One picture after the other. */
  private async predictNow(model: Model, input: Planes): Promise<Planes> {
    const { count, channels, width, height } = input;
    const { scale } = model.network;
    const area = channels * width * height;
    const output = new Float32Array(count * area * scale ** 2);
    const lowered = lower(model.network);
    const weights = lowerWeights(lowered, model.weights);
    for (let n = 0; n < count; n++) {
      const picture = { ...input, data: input.data.subarray(n * area, (n + 1) * area) };
      output.set(await this.predictPicture(lowered.network, weights, picture), n * area * scale ** 2);
    }
    return { data: output, count, channels, height: height * scale, width: width * scale };
  }

  private async predictPicture(network: Network, weights: Float32Array, picture: Planes): Promise<Float32Array> {
    const { data, channels, width, height } = picture;
    const graph = graphOf(network);
    const { packed, length } = packedLayers(graph.slices, 'predict');
    const strip = stripWidth(graph, width);
    const across = Math.ceil(width / strip);
    const segmentHeight = segmentRows(height, across, this.threads);
    const scratchBytes = roundUp(4 * bandMemory(graph, packed, strip).length, 64);
    const values = data.length * graph.factor ** 2;
    const [packedAt, inputAt, targetAt, scratch] = this.allocate([
      4 * length,
      4 * data.length,
      4 * values,
      this.threads * scratchBytes,
    ]);
    packWeights(weights, packed, new Float32Array(this.memory.buffer, packedAt, length).fill(0));
    new Float32Array(this.memory.buffer).set(data, inputAt / 4);
    await this.run({
      kind: 'predict',
      chunks: across * Math.ceil(height / segmentHeight),
      count: 1,
      channels,
      width,
      height,
      weights: packedAt,
      input: inputAt,
      target: targetAt,
      scratch,
      scratchBytes,
      stripWidth: strip,
      segmentHeight,
      layers: network.layers,
    });
    return new Float32Array(this.memory.buffer).slice(targetAt / 4, targetAt / 4 + values);
  }

  /**
   * Byte addresses for blocks of these sizes, one after the other; the memory grows when they do not fit and never
   * shrinks.
   */
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
        `engine wasm: ${(end / 2 ** 30).toFixed(1)} GB are needed at once, which this machine or WebAssembly (4 ` +
          `GB) does not give; use a smaller batchSize, network or picture`,
        { cause: error },
      );
    }
    return starts;
  }

  private async run(task: Task): Promise<void> {
    if (this.failure) throw this.failure;
    const control = new Int32Array(this.memory.buffer, CONTROL_BYTE, 1024);
    writeTask(control, task);
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
