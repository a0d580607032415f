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
 * A network as a step on planes of 0..255: normalised, predicted by `predict`, brought back, and rounded unless real
 * numbers are asked for. Values outside 0..255 are kept.
 */
export function restoreBy(
  predict: (input: Plane[]) => Promise<Plane[]>,
  { network, normalization: { mean, deviation } }: Pick<Model, 'network' | 'normalization'>,
): Restore {
  const normalise = (plane: Plane) => ({ ...plane, data: plane.data.map((value) => (value / 255 - mean) / deviation) });
  const real = (value: number) => 255 * (value * deviation + mean);
  // The value is rounded before it is stored as a float32. Rounded twice, 99.49999999 would become 100.
  const whole = (value: number) => Math.round(real(value));
  return {
    channels: network.channels,
    restore: async (degraded, values = 'whole') => {
      const planes = network.reads === 'small' ? degraded.small() : degraded.enlarged();
      const predicted = await predict(planes.map(normalise));
      const bringBack = values === 'whole' ? whole : real;
      return predicted.map((plane) => ({ ...plane, data: plane.data.map(bringBack) }));
    },
  };
}
