import { EngineError, OptionError, UnknownNameError } from '../errors';
import type { Model } from '../network/network';
import type { Batch, LossOptions, Planes } from './engine';
import { areaOf } from './losses/area';
import { lossNames } from './losses/losses';

/** The calls of an engine, one at a time in the order they came. */
export class Turns {
  private queue: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(private readonly engine: string) {}

  /** Runs `work` after all that came before. Throws EngineError once the engine was closed. */
  take<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) throw new EngineError(`engine ${this.engine}: it was closed; create another one`);
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  /** Waits for the calls that were made, and refuses later ones. Says whether this was the first time. */
  async close(): Promise<boolean> {
    // Work that is asked for while the engine closes is refused at once: otherwise it would wait for an engine that is
    // gone by then.
    const first = !this.closed;
    this.closed = true;
    await this.queue;
    return first;
  }
}

function checkPlanes(name: string, planes: Planes, channels: number): void {
  const { data, count, height, width } = planes;
  if (planes.channels !== channels)
    throw new OptionError(`the ${name} has ${planes.channels} channels; the network has ${channels}`);
  if (data.length < count * channels * height * width)
    throw new OptionError(`the ${name} has ${data.length} values for ${count} x ${channels} x ${height} x ${width}`);
}

/** Throws OptionError for a picture of other channels than the network's. */
export function checkInput({ network }: Model, input: Planes): void {
  checkPlanes('input', input, network.channels);
}

/**
 * Throws OptionError for a batch or gradient that does not fit the network, ImageTooSmallError for a border
 * that leaves nothing.
 */
export function checkBatch(
  { network, weights }: Model,
  { input, target }: Batch,
  gradient: Float32Array | null,
  { border = 0, loss = 'mse' }: LossOptions,
): void {
  if (gradient && gradient.length !== weights.length)
    throw new OptionError(`gradient has ${gradient.length} values; the network has ${weights.length}`);
  if (!lossNames.includes(loss)) throw new UnknownNameError('loss', loss, lossNames);
  const { channels, scale } = network;
  checkPlanes('input', input, channels);
  checkPlanes('target', target, channels);
  if (target.count !== input.count || target.width !== scale * input.width || target.height !== scale * input.height)
    throw new OptionError(
      `the targets are ${target.count} of ${target.width}x${target.height}, the inputs ${input.count} of ` +
        `${input.width}x${input.height}; the network ${network.name} enlarges them ${scale} times`,
    );
  areaOf(loss, target, border);
}
