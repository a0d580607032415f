import type { Engine } from '../engine/engine';
import type { Plane } from '../image/image';
import type { Model } from '../network/network';
import type { Restore } from '../protocols/protocol';
import { predict } from './predict';

/** The network as a step of a protocol, on planes of 0..255. */
export function restoreWith(model: Model, engine: Engine): Restore {
  return restoreBy((input) => predict(model, engine, input), model);
}

/**
 * A network as a step on planes of 0..255: normalised, predicted by `predict`, brought back. The protocol decides
 * whether they are rounded and clipped.
 */
export function restoreBy(
  predict: (input: Plane[]) => Promise<Plane[]>,
  { network, normalization: { mean, deviation } }: Pick<Model, 'network' | 'normalization'>,
): Restore {
  const normalise = (plane: Plane) => ({ ...plane, data: plane.data.map((value) => (value / 255 - mean) / deviation) });
  const bringBack = (plane: Plane) => ({ ...plane, data: plane.data.map((value) => 255 * (value * deviation + mean)) });
  return {
    channels: network.channels,
    restore: async (degraded) => {
      const planes = network.reads === 'small' ? degraded.small() : degraded.enlarged();
      return (await predict(planes.map(normalise))).map(bringBack);
    },
  };
}
