import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Batch, Engine, LossOptions, Planes } from '../engine';
import { checkBatch, checkInput, Turns } from '../turns';
import { inSlices } from './slices';
import type { TensorFlow } from './convolution';
import { addSlice, predictRows, sliceGradient } from './graph';
import { reachOf } from '../../network/geometry';
import { lower, lowerModel, raiseGradient } from '../../network/lower';
import type { Model } from '../../network/network';

/** What a TensorFlow.js engine runs on. */
export interface TfDevice {
  /** The engine's name, and the TensorFlow.js backend that computes for it. */
  name: string;
  backend: string;
  description: string;
  /**
   * Pixels that pass through the network at once: on a GPU the whole batch, on a processor as many as fit into the
   * cache.
   */
  pixelsAtOnce: number;
  /** Turns errors that the device reports on the side into ones that are thrown. */
  watch?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Called by `close`. */
  release?: () => void | Promise<void>;
}

/** An engine that computes the graph of graph.ts on the backend a TensorFlow.js package registered. */
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
    const lowered = lower(model.network);
    return this.turns.take(async () => {
      const plain = lowerModel(model, lowered);
      const sums = gradient && new Float64Array(plain.weights.length);
      const loss = await this.differentiate(plain, batch, sums, options);
      if (gradient) raiseGradient(lowered, Float32Array.from(sums!), gradient);
      return loss;
    });
  }

  predict(model: Model, input: Planes): Promise<Planes> {
    checkInput(model, input);
    const lowered = lower(model.network);
    return this.turns.take(() => this.predictNow(lowerModel(model, lowered), input));
  }

  async close(): Promise<void> {
    if (await this.turns.close()) await this.device.release?.();
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

  /** Adds the gradient of a lowered model to `sums` and returns the loss. */
  private async differentiate(
    model: Model,
    batch: Batch,
    sums: Float64Array | null,
    { border = 0, loss = 'mse', change }: LossOptions,
  ): Promise<number> {
    const patch = batch.input.width * batch.input.height;
    const largest = Math.max(1, Math.floor(this.pixelsAtOnce / patch));
    let sum = 0;
    const fitted = await inSlices(batch.input.count, largest, async (from, count) => {
      const slice = { batch, from, count, border, loss, change };
      const values = await this.compute(() => sliceGradient(this.tf, model, slice, sums !== null));
      sum += addSlice(model, values, sums);
    });
    this.remember(fitted * patch, patch);
    return sum;
  }

  /** One picture of a lowered model's input after the other, each in bands of rows. */
  private async predictNow(model: Model, input: Planes): Promise<Planes> {
    const { count, channels, width, height } = input;
    const { scale } = model.network;
    const reach = reachOf(model.network);
    const output = new Float32Array(count * channels * width * height * scale ** 2);
    for (let n = 0; n < count; n++) {
      const largest = Math.max(1, Math.floor(this.pixelsAtOnce / width));
      const fitted = await inSlices(height, largest, async (from, rows) => {
        const top = Math.max(0, from - reach);
        const bottom = Math.min(height, from + rows + reach);
        const band = rowsOf(input, n, top, bottom);
        const values = await this.compute(() => predictRows(this.tf, model, band));
        const line = width * scale ** 2;
        for (let c = 0; c < channels; c++) {
          const start = (c * (bottom - top) + from - top) * line;
          const part = values.subarray(start, start + rows * line);
          output.set(part, ((n * channels + c) * height + from) * line);
        }
      });
      this.remember(fitted * width, width);
    }
    return { data: output, count, channels, width: width * scale, height: height * scale };
  }

  private remember(fitted: number, unit: number): void {
    // The size changes only where a slice was halved: rounding to whole patches is no sign of short memory.
    if (fitted + unit <= this.pixelsAtOnce) this.pixelsAtOnce = fitted;
  }
}

/** The rows `top` to `bottom` of picture number `n`. */
function rowsOf({ data, channels, width, height }: Planes, n: number, top: number, bottom: number): Planes {
  const rows = (bottom - top) * width;
  const band = new Float32Array(channels * rows);
  for (let c = 0; c < channels; c++) {
    const plane = (n * channels + c) * height;
    band.set(data.subarray((plane + top) * width, (plane + bottom) * width), c * rows);
  }
  return { data: band, count: 1, channels, width, height: bottom - top };
}
