import type { Convolution, Network } from '../network';
import type { Family, NetworkOptions } from './family';

/**
 * DSRCNN ("denoising autoencoder" SRCNN, github.com/titu1994/Image-Super-Resolution): two 3x3 layers of 64 filters and
 * two transposed ones, to each of which the layer of its own level is added, then a 5x5 layer. A transposed
 * convolution of stride 1 is a convolution, so all of them are written as such. It reads the enlarged picture.
 */
export function dsrcnn({ channels = 1 }: Pick<NetworkOptions, 'channels'> = {}): Network {
  const layer: Convolution = { kind: 'convolution', filters: 64, kernel: 3, activation: 'relu' };
  return {
    name: 'dsrcnn',
    channels,
    reads: 'enlarged',
    scale: 1,
    layers: [
      layer,
      { ...layer },
      { ...layer },
      { kind: 'add', layer: 1 },
      { ...layer },
      { kind: 'add', layer: 0 },
      { kind: 'convolution', filters: channels, kernel: 5, activation: 'linear' },
    ],
  };
}

export const dsrcnnFamily: Family = {
  name: 'dsrcnn',
  names: ['dsrcnn'],
  named: (name, options) => (name === 'dsrcnn' ? dsrcnn(options) : undefined),
};
