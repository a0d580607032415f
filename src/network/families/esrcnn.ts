import type { Network } from '../network';
import type { Family, NetworkOptions } from './family';

/**
 * ESRCNN ("expanded" SRCNN, github.com/titu1994/Image-Super-Resolution): between the 9x9 and the 5x5 layer of SRCNN
 * the mean of a 1x1, a 3x3 and a 5x5 convolution with 32 filters each. It reads the enlarged picture.
 */
export function esrcnn({ channels = 1 }: Pick<NetworkOptions, 'channels'> = {}): Network {
  return {
    name: 'esrcnn',
    channels,
    reads: 'enlarged',
    scale: 1,
    layers: [
      { kind: 'convolution', filters: 64, kernel: 9, activation: 'relu' },
      { kind: 'parallel', filters: 32, kernels: [1, 3, 5], activation: 'relu' },
      { kind: 'convolution', filters: channels, kernel: 5, activation: 'linear' },
    ],
  };
}

export const esrcnnFamily: Family = {
  name: 'esrcnn',
  names: ['esrcnn'],
  named: (name, options) => (name === 'esrcnn' ? esrcnn(options) : undefined),
};
