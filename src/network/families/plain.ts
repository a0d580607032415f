import type { Layer, Network } from '../network';
import type { Family, NetworkOptions } from './family';

export interface PlainOptions extends NetworkOptions {
  /** Filters of each hidden layer; 32 by default. */
  filters?: number;
  /** Hidden layers of 3x3 kernels; 6 by default. */
  depth?: number;
}

/**
 * 3x3 convolutions with PReLU on the small picture, a 3x3 convolution to scale² planes, the small picture added to
 * each of them (nearest-neighbour enlargement as the anchor), and a shuffle: the plain form of ABPN (Du et al. 2021,
 * arXiv 2105.09750). With 32 filters and 6 layers it has 49 thousand weights at x3.
 */
export function plain({ filters = 32, depth = 6, scale = 3, channels = 1 }: PlainOptions = {}): Network {
  const hidden: Layer = { kind: 'convolution', filters, kernel: 3, activation: 'prelu' };
  return {
    name: `plain-${filters}x${depth}`,
    channels,
    reads: 'small',
    scale,
    layers: [
      ...Array.from({ length: depth }, () => ({ ...hidden })),
      { kind: 'convolution', filters: channels * scale ** 2, kernel: 3, activation: 'linear' },
      { kind: 'add', layer: 'input' },
      { kind: 'shuffle', factor: scale },
    ],
  };
}

/** plain-FILTERSxDEPTH, for any two whole numbers. */
export const plainFamily: Family = {
  name: 'plain',
  names: ['plain-16x5', 'plain-32x6', 'plain-48x6'],
  named: (name, options) => {
    const [, filters, depth] = /^plain-([1-9]\d*)x([1-9]\d*)$/.exec(name) ?? [];
    return filters ? plain({ filters: Number(filters), depth: Number(depth), ...options }) : undefined;
  },
};
