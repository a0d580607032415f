import type { Network } from '../network';
import type { Family, NetworkOptions } from './family';

/**
 * ESPCN (Shi et al. 2016, arXiv 1609.05158): 5-3-3 with 64 and 32 filters and tanh on the small picture, then a
 * shuffle.
 */
export function espcn({ scale = 3, channels = 1 }: NetworkOptions = {}): Network {
  return {
    name: 'espcn',
    channels,
    reads: 'small',
    scale,
    layers: [
      { kind: 'convolution', filters: 64, kernel: 5, activation: 'tanh' },
      { kind: 'convolution', filters: 32, kernel: 3, activation: 'tanh' },
      { kind: 'convolution', filters: channels * scale ** 2, kernel: 3, activation: 'linear' },
      { kind: 'shuffle', factor: scale },
    ],
  };
}

export const espcnFamily: Family = {
  name: 'espcn',
  names: ['espcn'],
  named: (name, options) => (name === 'espcn' ? espcn(options) : undefined),
};
