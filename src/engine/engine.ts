import type { Plane } from '../image/image';
import type { Model } from '../network/network';

/** Training pairs: `count` one-channel patches of height x width each, one after the other. */
export interface Batch {
  input: Float32Array;
  target: Float32Array;
  count: number;
  height: number;
  width: number;
}

/** What computes the network. It keeps no weights: they come with each call, so optimizer and checkpoint are the same for all. */
export interface Engine {
  readonly name: string;
  /** For people: threads, SIMD, device. */
  readonly description: string;
  /**
   * Mean squared error of a batch over the outputs at least `border` pixels from the edge;
   * its gradient with respect to `model.weights` is written to `gradient` (same length; null: the loss is all that is wanted).
   */
  lossAndGradient(model: Model, batch: Batch, gradient: Float32Array | null, border?: number): Promise<number>;
  /** The network's output for one plane of any size. */
  predict(model: Model, plane: Plane): Promise<Plane>;
  close(): Promise<void>;
}
