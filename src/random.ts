/** A generator's whole state: plain data, so that a checkpoint can carry it. */
export interface RandomState {
  seed: number;
  draws: number;
}

/**
 * The next uniform number in [0, 1), from 32 random bits: a Weyl sequence through MurmurHash3's finaliser, keyed by
 * the seed.
 */
export function uniform(state: RandomState): number {
  let h = (state.seed ^ 0x9e3779b9) >>> 0;
  h = mix((h + Math.imul(++state.draws, 0x6d2b79f5)) >>> 0);
  h = mix((h ^ Math.imul(state.seed | 1, 0x85ebca6b)) >>> 0);
  return h / 2 ** 32;
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The next normal number, mean 0 and deviation 1 (Box and Muller 1958). */
export function normal(state: RandomState): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(state)));
  return radius * Math.cos(2 * Math.PI * uniform(state));
}

/** The order 0..count-1 shuffled in place of a copy (Fisher and Yates). */
export function shuffled(count: number, state: RandomState): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform(state) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
