// Engines compute only convolutions, additions and, at the end, a shuffle; everything else is lowered to these.
import type { Model, Network } from './network';
import { lowerParallel } from './parallel';
import { lowerTransposed } from './transposed';
import { joinMaps, type WeightMap } from './weightMap';

/** A network of convolutions and additions with at most a shuffle at its end. */
export interface Lowered {
  network: Network;
  /** The places that its weights come from; null: the same places. */
  map: WeightMap | null;
}

/**
 * Lowers a network. Throws OptionError for a transposed convolution that is not the last layer, and for parallel
 * branches that are read by anything but one convolution.
 */
export function lower(network: Network): Lowered {
  let map: WeightMap | null = null;
  for (const step of [lowerParallel, lowerTransposed])
    for (let next = step(network); next; next = step(next.network)) {
      map = map ? joinMaps(map, next) : next;
      network = map.network;
    }
  return { network, map };
}

/** The weights of the lowered network. */
export function lowerWeights({ map }: Lowered, weights: Float32Array): Float32Array {
  if (!map) return weights;
  const { from, factor } = map;
  return Float32Array.from(from, (index, i) => (index < 0 ? 0 : (factor?.[i] ?? 1) * weights[index]));
}

/** The model that engines compute. */
export function lowerModel(model: Model, lowered: Lowered): Model {
  return { ...model, network: lowered.network, weights: lowerWeights(lowered, model.weights) };
}

/** Writes the gradient of a model's weights from that of its lowered network: the transposed map. */
export function raiseGradient({ map }: Lowered, lowered: Float32Array, gradient: Float32Array): void {
  if (!map) {
    gradient.set(lowered);
    return;
  }
  const { from, factor } = map;
  gradient.fill(0);
  for (let i = 0; i < from.length; i++) if (from[i] >= 0) gradient[from[i]] += (factor?.[i] ?? 1) * lowered[i];
}
