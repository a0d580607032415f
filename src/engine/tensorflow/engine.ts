import { setImmediate as nextTurn } from 'node:timers/promises';
import { EngineError } from '../../errors';
import type { Batch, Engine, LossOptions, Planes } from '../engine';
import { checkBatch, checkInput, Turns } from '../turns';
import { inSlices } from './slices';
import { addSlice, predictRows, sliceGradient, type TensorFlow } from './graph';
import type { Model } from '../../network/network';
import { layerSlices } from '../../network/parameters';

/** What a TensorFlow.js engine runs on. */
export interface TfDevice {
  /** The engine's name, and the TensorFlow.js backend that computes for it. */
  name: string;
  backend: string;
  description: string;
  /**
   * Pixels that pass through the network at once: the whole batch where memory is plenty, what fits the cache on a
   * processor.
   */
  pixelsAtOnce: number;
  /** Turns errors that the device reports on the side into ones that are thrown. */
  watch?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Called by `close`. */
  release?: () => void | Promise<void>;
}

/** An engine that computes the graph of tfGraph.ts on the backend a TensorFlow.js package registered. */
export class TfEngine implements Engine {
  readonly name: string;
  readonly description: string;
  private pixelsAtOnce: number;
  private readonly turns: Turns;

  constructor(
    private readonly tf: TensorFlow,
    private readonly device: TfDevice,
  ) {
    this.name = device.name;
    this.description = device.description;
    this.pixelsAtOnce = device.pixelsAtOnce;
    this.turns = new Turns(device.name);
  }

  lossAndGradient(
    model: Model,
    batch: Batch,
    gradient: Float32Array | null,
    options: LossOptions = {},
  ): Promise<number> {
    checkBatch(model, batch, gradient, options);
    this.checkGraph(model, options);
    return this.turns.take(() => this.differentiate(model, batch, gradient, options.border ?? 0));
  }

  predict(model: Model, input: Planes): Promise<Planes> {
    checkInput(model, input);
    this.checkGraph(model);
    return this.turns.take(() => this.predictNow(model, input));
  }

  async close(): Promise<void> {
    if (await this.turns.close()) await this.device.release?.();
  }

  /** Throws EngineError for what the graph of graph.ts does not compute, which would be a wrong result otherwise. */
  private checkGraph({ network }: Model, { loss = 'mse' }: LossOptions = {}): void {
    const unknown = (what: string) =>
      new EngineError(
        `engine ${this.name}: it does not compute ${what} (network ${network.name}); use the engine wasm`,
      );
    if (network.channels !== 1) throw unknown(`pictures of ${network.channels} channels`);
    if (loss !== 'mse') throw unknown(`the loss ${loss}`);
    for (const layer of network.layers) {
      if (layer.kind !== 'convolution') throw unknown(`layers of kind ${layer.kind}`);
      if (layer.activation !== 'relu' && layer.activation !== 'linear')
        throw unknown(`the activation ${layer.activation}`);
    }
  }

  /** Runs a graph on this engine's backend and brings its result here. */
  private async compute(graph: () => import('@tensorflow/tfjs').Tensor): Promise<Float32Array> {
    // TensorFlow computes within the call: without a pause a notebook's next cell and its charts would wait for the
    // end of the training.
    await nextTurn();
    const run = async () => {
      // Another engine, or the notebook, may have chosen a different backend meanwhile.
      if (this.tf.getBackend() !== this.device.backend) void this.tf.setBackend(this.device.backend);
      const result = graph();
      try {
        return await result.data<'float32'>();
      } finally {
        result.dispose();
      }
    };
    return this.device.watch ? this.device.watch(run) : run();
  }

  private async differentiate(
    model: Model,
    batch: Batch,
    gradient: Float32Array | null,
    border: number,
  ): Promise<number> {
    const sums = gradient && new Float64Array(gradient.length),
      patch = batch.input.width * batch.input.height;
    let loss = 0;
    const fitted = await inSlices(
      batch.input.count,
      Math.max(1, Math.floor(this.pixelsAtOnce / patch)),
      async (from, count) => {
        loss += addSlice(
          model,
          await this.compute(() => sliceGradient(this.tf, model, batch, from, count, border, gradient !== null)),
          sums,
        );
      },
    );
    this.remember(fitted * patch, patch);
    if (sums) gradient!.set(sums);
    return loss;
  }

  private async predictNow(model: Model, { data, width, height }: Planes): Promise<Planes> {
    const reach = layerSlices(model.network).reduce((sum, layer) => sum + (layer.kernel - 1) / 2, 0);
    const output = new Float32Array(width * height);
    const fitted = await inSlices(height, Math.max(1, Math.floor(this.pixelsAtOnce / width)), async (from, count) => {
      const top = Math.max(0, from - reach),
        bottom = Math.min(height, from + count + reach);
      const rows = await this.compute(() =>
        predictRows(this.tf, model, data.slice(top * width, bottom * width), width, bottom - top),
      );
      output.set(rows.subarray((from - top) * width, (from - top + count) * width), from * width);
    });
    this.remember(fitted * width, width);
    return { data: output, count: 1, channels: 1, width, height };
  }

  private remember(fitted: number, unit: number): void {
    // Rounding to whole patches is no loss of memory: only a slice that was halved is kept.
    if (fitted + unit <= this.pixelsAtOnce) this.pixelsAtOnce = fitted;
  }
}
