import { OptionError, UnknownNameError } from '../errors';
import { pretrained } from '../formats/pretrained';
import { normal, type RandomState } from '../random';

/** One stride-1 'same' convolution: `filters` outputs, square `kernel` of odd side, then the activation. */
export interface Layer {
  filters: number;
  kernel: number;
  activation: 'relu' | 'linear';
}

/**
 * A network as plain data: one luminance channel in, one out. `weights` holds, layer after layer,
 * the kernel in the order [filter][input channel][row][column] and then the layer's biases.
 */
export interface Model {
  name: string;
  layers: Layer[];
  weights: Float32Array;
  /** What the network is to see beyond a picture's edge when it is used: zeros by default, or the picture reflected. */
  padding?: 'zeros' | 'reflect';
  /** The degradation it has learnt to undo, where its file says so. */
  degradation?: { protocol: 'seed' | 'paper'; scale: number };
}

/** Where one layer's parameters stand in the flat `weights`. */
export interface LayerSlice extends Layer {
  inputs: number;
  kernelStart: number;
  biasStart: number;
  end: number;
}

export interface SrcnnOptions {
  /** Seed of the generator that draws the initial kernels. */
  seed?: number;
  /** 'gaussian': N(0, 0.001) as in Dong et al.; 'he': N(0, sqrt(2 / fan-in)), He et al. 2015. Biases start at 0. */
  initialization?: 'gaussian' | 'he';
  /** Trained weights instead of drawn ones: 'x2', 'x3' or 'x4' as they come with the package, or a .safetensors file. */
  weights?: string;
}

function chain(kernels: [number, number, number], widths: [number, number]): Layer[] {
  return [
    { filters: widths[0], kernel: kernels[0], activation: 'relu' },
    { filters: widths[1], kernel: kernels[1], activation: 'relu' },
    { filters: 1, kernel: kernels[2], activation: 'linear' },
  ];
}

/** The networks of Dong et al. (arXiv 1501.00092) and the report's 9-1-7, by name. */
export const presets: Readonly<Record<string, readonly Layer[]>> = {
  '9-1-7': chain([9, 1, 7], [64, 32]),
  '9-1-5': chain([9, 1, 5], [64, 32]),
  '9-5-5': chain([9, 5, 5], [64, 32]),
  '9-1-5-wide': chain([9, 1, 5], [128, 64]),
  '9-1-7-wide': chain([9, 1, 7], [128, 64]),
};

/** The slices of `weights` that belong to each layer, for a network with one input channel. */
export function layerSlices(layers: readonly Layer[]): LayerSlice[] {
  let inputs = 1;
  let start = 0;
  return layers.map((layer) => {
    const biasStart = start + layer.filters * inputs * layer.kernel ** 2;
    const slice = { ...layer, inputs, kernelStart: start, biasStart, end: biasStart + layer.filters };
    inputs = layer.filters;
    start = slice.end;
    return slice;
  });
}

/** How many pixels around it an output pixel depends on: 7 for 9-1-7. */
export function reachOf(layers: readonly Layer[]): number {
  return layers.reduce((sum, layer) => sum + (layer.kernel - 1) / 2, 0);
}

/** How many weights and biases a chain of layers has: 8,897 for 9-1-7. */
export function countWeights(layers: readonly Layer[]): number {
  return layerSlices(layers).at(-1)?.end ?? 0;
}

/**
 * A freshly initialised network, or one with trained `weights`: a preset's name, or any chain of layers that ends in one filter.
 * The same seed gives the same weights on every machine. Throws WeightsError where trained weights are not there or another network's.
 */
export function srcnn(network: string | readonly Layer[] = '9-1-7', options: SrcnnOptions = {}): Model {
  const { seed = 0, initialization = 'he' } = options;
  const layers = typeof network === 'string' ? presets[network] : network;
  if (!layers) throw new UnknownNameError('network', network as string, Object.keys(presets));
  checkLayers(layers);
  const random: RandomState = { seed, draws: 0 };
  const weights = new Float32Array(countWeights(layers));
  for (const { inputs, kernel, kernelStart, biasStart } of layerSlices(layers)) {
    const deviation = initialization === 'he' ? Math.sqrt(2 / (inputs * kernel ** 2)) : 0.001;
    for (let i = kernelStart; i < biasStart; i++) weights[i] = deviation * normal(random);
  }
  const name = typeof network === 'string' ? network : layers.map((layer) => layer.kernel).join('-');
  const model: Model = { name, layers: layers.map((layer) => ({ ...layer })), weights };
  return options.weights === undefined ? model : pretrained(options.weights, { expected: model });
}

/** Throws an OptionError unless the layers are a chain that the engines compute: odd kernels, one filter at the end. */
export function checkLayers(layers: readonly Layer[]): void {
  const whole = (value: number) => Number.isInteger(value) && value > 0;
  for (const [index, { filters, kernel }] of layers.entries()) {
    if (!whole(filters)) throw new OptionError(`layer ${index + 1}: filters is ${filters}; use a whole number above 0`);
    if (!whole(kernel) || kernel % 2 === 0)
      throw new OptionError(`layer ${index + 1}: kernel is ${kernel}; use an odd whole number`);
  }
  if (layers.at(-1)?.filters !== 1)
    throw new OptionError('the last layer must have 1 filter: it is the picture that comes out');
}
