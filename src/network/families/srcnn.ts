import type { Convolution, Network } from '../network';
import type { Family } from './family';

export interface SrcnnOptions {
  /** Sides of the layers' kernels: [9, 1, 7]. */
  kernels: readonly number[];
  /** Filters of all layers but the last, which has one: [64, 32] by default. */
  filters?: readonly number[];
  /**
   * Whether the enlarged picture is added to the output, so that the network learns the difference; false by default.
   */
  residual?: boolean;
  /** 1: luminance, the default. 3: RGB. */
  channels?: 1 | 3;
  /** The network's name; by default it is made of the kernels' sides. */
  name?: string;
}

/**
 * SRCNN (Dong et al., arXiv 1501.00092): convolutions with ReLU over the enlarged luminance, the last one linear.
 * It is plain data; layers that do not fit are refused by `initialize` and `train`.
 */
export function srcnn(options: SrcnnOptions): Network {
  const { kernels, filters = [64, 32], residual = false, channels = 1 } = options;
  const { name = kernels.join('-') + (residual ? '-residual' : '') } = options;
  const layers = kernels.map((kernel, i): ChainLayer => {
    const last = i === kernels.length - 1;
    return { filters: last ? channels : filters[i], kernel, activation: last ? 'linear' : 'relu' };
  });
  const network = { ...chain(layers, name), channels };
  return residual ? { ...network, layers: [...network.layers, { kind: 'add', layer: 'input' }] } : network;
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
const networks: readonly SrcnnOptions[] = [
  { kernels: [9, 1, 7] },
  { kernels: [9, 1, 5] },
  { kernels: [9, 3, 5] },
  { kernels: [9, 5, 5] },
  { kernels: [11, 1, 7] },
  { kernels: [9, 1, 1, 5], filters: [64, 32, 32] },
  { kernels: [9, 3, 1, 5], filters: [64, 32, 16] },
  { kernels: [9, 5, 1, 5], filters: [64, 32, 16] },
  { kernels: [9, 1, 5], filters: wide, name: '9-1-5-wide' },
  { kernels: [9, 1, 7], filters: wide, name: '9-1-7-wide' },
  { kernels: [9, 1, 5], filters: [32, 16], name: '9-1-5-narrow' },
];
const nameOf = ({ kernels, name = kernels.join('-') }: SrcnnOptions) => name;

/** The networks of Dong et al. and the report's 9-1-7, by name; each also as NAME-residual. */
export const srcnnFamily: Family = {
  name: 'srcnn',
  names: networks.map(nameOf),
  named: (name, { channels }) => {
    const plainName = name.replace(/-residual$/, '');
    const options = networks.find((each) => nameOf(each) === plainName);
    return options && srcnn({ ...options, channels, residual: name !== plainName, name });
  },
};
