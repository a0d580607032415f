import type { Network } from './network';

/** A network made from another one, and where its weights come from: a linear map. */
export interface WeightMap {
  network: Network;
  /** For each of its weights the index in the other network's weights, -1 for a zero. */
  from: Int32Array;
  /** The number by which each of those weights is multiplied; null: 1. */
  factor: Float32Array | null;
}

/** The map that does first one and then the other. */
export function joinMaps(first: WeightMap, next: WeightMap): WeightMap {
  const from = next.from.map((index) => (index < 0 ? -1 : first.from[index]));
  if (!first.factor && !next.factor) return { network: next.network, from, factor: null };
  const factor = Float32Array.from(next.from, (index, i) =>
    index < 0 ? 1 : (next.factor?.[i] ?? 1) * (first.factor?.[index] ?? 1),
  );
  return { network: next.network, from, factor };
}
