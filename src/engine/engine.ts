import type { Plane } from '../image/image';
import type { Model } from '../network/network';
import type { LossName } from './losses/losses';

/** Pictures of one size, one after the other: [count][channels][height][width]. */
export interface Planes {
  /** At least count x channels x height x width values; values after these are ignored. */
  data: Float32Array;
  /** How many pictures there are. */
  count: number;
  /** Planes of each picture. */
  channels: number;
  /** Rows of a plane. */
  height: number;
  /** Samples of a row. */
  width: number;
}

/** Training pairs. The target is `scale` times as wide and high as the input, with the network's scale. */
export interface Batch {
  input: Planes;
  target: Planes;
}

export interface LossOptions {
  /** Pixels at each edge of the target that do not count; 0 by default. */
  border?: number;
  /** The loss; 'mse' by default. */
  loss?: LossName;
  /**
   * For 'fdpl': how much the degradation changes each of 64 frequencies, [vertical][horizontal]; all 1 by default.
   * `frequencyChange` measures it.
   */
  change?: ArrayLike<number>;
}

/**
 * Computes networks. It keeps no weights: they come with each call, so optimizers and checkpoints are the same for all
 * engines.
 */
export interface Engine {
  readonly name: string;
  /** A text for people: threads, SIMD, device. */
  readonly description: string;
  /** The kernels that compute, where an engine has several sets: the same set gives the same bits. */
  readonly kernels?: string;
  /**
   * Mean loss of a batch over the outputs at least `border` pixels from the edge; its gradient with respect to
   * `model.weights` is written to `gradient` (same length; null: only the loss is wanted). Throws OptionError for a
   * batch or gradient that does not fit the network, ImageTooSmallError for a border that leaves nothing.
   */
  lossAndGradient(model: Model, batch: Batch, gradient: Float32Array | null, options?: LossOptions): Promise<number>;
  /** The network's output for pictures of any size, which have as many channels as the network. */
  predict(model: Model, input: Planes): Promise<Planes>;
  close(): Promise<void>;
}

/** Planes of one size as one picture of as many channels. */
export function planesOf(planes: readonly Plane[]): Planes {
  const { width, height } = planes[0];
  const data = planes.length === 1 ? planes[0].data : new Float32Array(planes.length * width * height);
  if (planes.length > 1) planes.forEach((plane, c) => data.set(plane.data, c * width * height));
  return { data, count: 1, channels: planes.length, height, width };
}

/** The channels of the first picture as planes that share its memory. */
export function planesIn({ data, channels, height, width }: Planes): Plane[] {
  const area = width * height;
  return Array.from({ length: channels }, (_, c) => ({ data: data.subarray(c * area, (c + 1) * area), width, height }));
}
