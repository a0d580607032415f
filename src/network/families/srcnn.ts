import type { Convolution, Network } from '../network';
import type { Family } from './family';

export interface SrcnnOptions {
  /** Sides of the layers' kernels: [9, 1, 7]. */
  kernels: readonly number[];
  /** Filters of all layers but the last, which has one: [64, 32] by default. */
  filters?: readonly number[];
  name?: string;
}

/**
 * SRCNN (Dong et al., arXiv 1501.00092): convolutions with ReLU over the enlarged luminance, the last one linear.
 * It is plain data; layers that do not fit are refused by `initialize` and `train`.
 */
export function srcnn({ kernels, filters = [64, 32], name = kernels.join('-') }: SrcnnOptions): Network {
  const layers = kernels.map((kernel, i): ChainLayer => {
    const last = i === kernels.length - 1;
    return { filters: last ? 1 : filters[i], kernel, activation: last ? 'linear' : 'relu' };
  });
  return chain(layers, name);
}

/** A convolution of a chain. */
export type ChainLayer = Omit<Convolution, 'kind'>;

/**
 * Convolutions one after the other over the enlarged luminance, such as
 * `chain([{ filters: 8, kernel: 5, activation: 'relu' }, { filters: 1, kernel: 3, activation: 'linear' }])`.
 * The name is that of the kernels by default: '5-3'.
 */
export function chain(layers: readonly ChainLayer[], name = layers.map(({ kernel }) => kernel).join('-')): Network {
  const convolutions = layers.map((layer): Convolution => ({ kind: 'convolution', ...layer }));
  return { name, channels: 1, reads: 'enlarged', scale: 1, layers: convolutions };
}

const wide = [128, 64];
const networks = [
  srcnn({ kernels: [9, 1, 7] }),
  srcnn({ kernels: [9, 1, 5] }),
  srcnn({ kernels: [9, 5, 5] }),
  srcnn({ kernels: [9, 1, 5], filters: wide, name: '9-1-5-wide' }),
  srcnn({ kernels: [9, 1, 7], filters: wide, name: '9-1-7-wide' }),
];

/** The networks of Dong et al. and the report's 9-1-7, by name. */
export const srcnnFamily: Family = {
  name: 'srcnn',
  names: networks.map(({ name }) => name),
  named: (name) => networks.find((network) => network.name === name),
};
