import type { Layer, Network } from '../network';
import type { Family, NetworkOptions } from './family';

export interface FsrcnnOptions extends NetworkOptions {
  /** Filters of the feature extraction; 56 by default. */
  d?: number;
  /** Filters after shrinking; 12 by default. */
  s?: number;
  /** 3x3 layers between shrinking and expanding; 4 by default. */
  m?: number;
}

/**
 * FSRCNN(d, s, m) (Dong et al. 2016, arXiv 1608.00367): features, shrinking, mapping, expanding, each with PReLU, and
 * a 9x9 transposed convolution.
 */
export function fsrcnn({ d = 56, s = 12, m = 4, scale = 3, channels = 1 }: FsrcnnOptions = {}): Network {
  const layer = (filters: number, kernel: number): Layer => ({
    kind: 'convolution',
    filters,
    kernel,
    activation: 'prelu',
  });
  return {
    name: 'fsrcnn',
    channels,
    reads: 'small',
    scale,
    layers: [
      layer(d, 5),
      layer(s, 1),
      ...Array.from({ length: m }, () => layer(s, 3)),
      layer(d, 1),
      { kind: 'transposed', filters: channels, kernel: 9, stride: scale, activation: 'linear' },
    ],
  };
}

export const fsrcnnFamily: Family = {
  name: 'fsrcnn',
  names: ['fsrcnn'],
  named: (name, options) => (name === 'fsrcnn' ? fsrcnn(options) : undefined),
};
