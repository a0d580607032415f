import type { Convolution, Network } from '../network';
import type { Family, NetworkOptions } from './family';

const layer = (filters: number): Convolution => ({ kind: 'convolution', filters, kernel: 3, activation: 'leaky' });

/**
 * The shape of waifu2x's vgg_7 (github.com/nagadomi/waifu2x): seven 3x3 layers with leaky ReLU on the enlarged picture;
 * 287,585 weights on luminance.
 */
export function vgg7({ channels = 1 }: Pick<NetworkOptions, 'channels'> = {}): Network {
  return {
    name: 'vgg7',
    channels,
    reads: 'enlarged',
    scale: 1,
    layers: [
      ...[32, 32, 64, 64, 128, 128].map(layer),
      { kind: 'convolution', filters: channels, kernel: 3, activation: 'linear' },
    ],
  };
}

/**
 * The shape of waifu2x's upconv_7: six 3x3 layers with leaky ReLU on the small picture, then a transposed convolution.
 * waifu2x has it for x2 only, with a 4x4 kernel; here the kernel's side is twice the scale.
 */
export function upconv7({ scale = 2, channels = 1 }: NetworkOptions = {}): Network {
  return {
    name: 'upconv7',
    channels,
    reads: 'small',
    scale,
    layers: [
      ...[16, 32, 64, 128, 128, 256].map(layer),
      { kind: 'transposed', filters: channels, kernel: 2 * scale, stride: scale, activation: 'linear' },
    ],
  };
}

export const waifu2xFamily: Family = {
  name: 'waifu2x',
  names: ['vgg7', 'upconv7'],
  named: (name, options) => (name === 'vgg7' ? vgg7(options) : name === 'upconv7' ? upconv7(options) : undefined),
};
