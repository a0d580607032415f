import { OptionError } from '../errors';
import type { Colours } from '../image/color';

/**
 * The function of each sum of a convolution. linear: x. relu: max(x, 0). leaky: x, or 0.1 x below 0. prelu: x, or a
 * learnt slope times x below 0. tanh: tanh(x).
 */
export type Activation = 'linear' | 'relu' | 'leaky' | 'prelu' | 'tanh';

/** The activations that a layer may have. */
export const activations: readonly Activation[] = ['linear', 'relu', 'leaky', 'prelu', 'tanh'];

/** A stride-1 convolution that keeps the size: `filters` planes out, a square `kernel` of odd side. */
export interface Convolution {
  kind: 'convolution';
  filters: number;
  kernel: number;
  activation: Activation;
}

/** A transposed convolution: `filters` planes out, `stride` times as wide and high as its input. */
export interface Transposed {
  kind: 'transposed';
  filters: number;
  /** Side of the square kernel. */
  kernel: number;
  stride: number;
  activation: Activation;
}

/** Convolutions side by side, `filters` planes each, whose outputs after the activation are averaged. */
export interface Parallel {
  kind: 'parallel';
  filters: number;
  /** Odd sides of the square kernels, one for each branch. */
  kernels: readonly number[];
  activation: Activation;
}

/**
 * A skip: the output of an earlier layer, or the network's input, is added; where that has fewer planes, they repeat.
 */
export interface Add {
  kind: 'add';
  /** The index in `layers` of the layer whose output is added, or 'input'. */
  layer: number | 'input';
}

/** factor² planes become one that is `factor` times as wide and high (Shi et al. 2016, arXiv 1609.05158). */
export interface Shuffle {
  kind: 'shuffle';
  factor: number;
}

export type Layer = Convolution | Transposed | Parallel | Add | Shuffle;

/** A network as plain data. It prints, saves as JSON, and can be typed into a notebook's cell. */
export interface Network {
  name: string;
  /** Planes in and out: 1 for luminance, 3 for colour. */
  channels: 1 | 3;
  /** The colours that three planes hold: 'rgb', the default, or MATLAB's 'ycbcr'. */
  colours?: 'rgb' | 'ycbcr';
  /**
   * 'enlarged': the network improves a picture that bicubic enlargement has brought to its final size, at any scale.
   * 'small': it reads the small picture and makes it `scale` times as large itself.
   */
  reads: 'enlarged' | 'small';
  /**
   * How many times as wide and high the output is as the picture that the network reads; 1 if it reads the enlarged
   * one.
   */
  scale: number;
  /** The layers in the order in which the picture passes through them. */
  layers: readonly Layer[];
}

/** How 8-bit samples become the numbers that the network sees: (sample / 255 - mean) / deviation. */
export interface Normalization {
  mean: number;
  deviation: number;
}

/** The report's constants, measured on its training pairs. */
export const reportNormalization: Normalization = { mean: 0.43398995682829317, deviation: 0.23199219136380714 };

/** The degradation that a model was trained to undo. */
export interface TrainedFor {
  /** Name of the protocol by which its small pictures were made. */
  protocol: string;
  scale: number;
  degradation: {
    /** Standard deviation in pixels of the blur before shrinking; 0 for none. */
    sigma: number;
  };
}

/**
 * A network with its weights and everything that is needed to use it: `upscale(image, { model })` needs no other
 * option.
 */
export interface Model {
  network: Network;
  /** The layers' parameters one after the other; parameters.ts says which value stands where. */
  weights: Float32Array;
  normalization: Normalization;
  /** Whether the network sees zeros beyond a picture's edge, or the picture reflected. */
  padding: 'zeros' | 'reflect';
  /** Absent in a model that was not trained yet, or whose file does not say it. */
  trainedFor?: TrainedFor;
}

/** The colours that a network's planes hold. */
export const coloursOf = ({ channels, colours = 'rgb' }: Pick<Network, 'channels' | 'colours'>): Colours =>
  channels === 1 ? 'y' : colours;

/** A value as an error message shows it: an object as JSON. */
const shown = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const whole = (value: number) => Number.isInteger(value) && value > 0;

type Filters = Omit<Convolution | Transposed, 'kind'>;

function checkConvolution({ filters, kernel, activation }: Filters, where: string, odd: boolean): void {
  if (!whole(filters)) throw new OptionError(`${where}: filters is ${shown(filters)}; use a whole number above 0`);
  if (!whole(kernel)) throw new OptionError(`${where}: kernel is ${shown(kernel)}; use a whole number above 0`);
  if (odd && kernel % 2 === 0) throw new OptionError(`${where}: kernel is ${shown(kernel)}; use an odd whole number`);
  if (!activations.includes(activation))
    throw new OptionError(`${where}: activation is ${shown(activation)}; use one of ${activations.join(', ')}`);
}

/** Throws an OptionError unless each layer fits those before it and the last gives `channels` planes. */
export function checkNetwork(network: Network): void {
  if (typeof network !== 'object' || network === null)
    throw new OptionError(`the network is ${shown(network)}; give a name, or a description with its layers`);
  const { channels, colours, layers } = network;
  if (channels !== 1 && channels !== 3)
    throw new OptionError(`channels is ${shown(channels)}; use 1 (luminance) or 3 (RGB)`);
  if (colours !== undefined && (channels !== 3 || (colours !== 'rgb' && colours !== 'ycbcr')))
    throw new OptionError(
      `colours is ${shown(colours)} with ${channels} channels; use 'rgb' or 'ycbcr', with 3 channels`,
    );
  if (!Array.isArray(layers) || !layers.length) throw new OptionError('layers is empty; give at least one layer');
  const sizes: { planes: number; scale: number }[] = [{ planes: channels, scale: 1 }];
  for (const [index, layer] of layers.entries()) {
    const where = `layer ${index + 1}`;
    const before = sizes[index];
    if (typeof layer !== 'object' || layer === null)
      throw new OptionError(`${where}: is ${shown(layer)}; give its kind and what belongs to it`);
    if (layer.kind === 'convolution') {
      checkConvolution(layer, where, true);
      sizes.push({ planes: layer.filters, scale: before.scale });
    } else if (layer.kind === 'transposed') {
      checkConvolution(layer, where, false);
      if (!whole(layer.stride))
        throw new OptionError(`${where}: stride is ${shown(layer.stride)}; use a whole number above 0`);
      sizes.push({ planes: layer.filters, scale: before.scale * layer.stride });
    } else if (layer.kind === 'parallel') {
      if (!Array.isArray(layer.kernels) || !layer.kernels.length)
        throw new OptionError(`${where}: kernels is ${shown(layer.kernels)}; give a list of odd whole numbers`);
      for (const kernel of layer.kernels) checkConvolution({ ...layer, kernel }, where, true);
      sizes.push({ planes: layer.filters, scale: before.scale });
    } else if (layer.kind === 'add') {
      checkAdd(layer, index, sizes, where);
      sizes.push(before);
    } else if (layer.kind === 'shuffle') {
      if (!whole(layer.factor))
        throw new OptionError(`${where}: factor is ${shown(layer.factor)}; use a whole number above 0`);
      const planes = before.planes / layer.factor ** 2;
      if (!Number.isInteger(planes))
        throw new OptionError(
          `${where}: a shuffle by ${layer.factor} needs a multiple of ${layer.factor ** 2} planes, but gets ` +
            `${before.planes}`,
        );
      if (index !== layers.length - 1)
        throw new OptionError(`${where}: a shuffle must be the last layer; move it to the end`);
      sizes.push({ planes, scale: before.scale * layer.factor });
    } else
      throw new OptionError(
        `${where}: kind is ${shown((layer as Layer).kind)}; use convolution, transposed, parallel, add or shuffle`,
      );
  }
  checkEnd(network, sizes[layers.length]);
}

function checkAdd({ layer }: Add, index: number, sizes: { planes: number; scale: number }[], where: string): void {
  if (layer !== 'input' && !(Number.isInteger(layer) && layer >= 0 && layer < index))
    throw new OptionError(
      `${where}: it adds layer ${shown(layer)}; use 'input', or the index of an earlier layer, from 0`,
    );
  const from = sizes[layer === 'input' ? 0 : layer + 1];
  const to = sizes[index];
  if (from.scale !== to.scale || to.planes % from.planes !== 0)
    throw new OptionError(
      `${where}: it adds ${from.planes} planes at scale ${from.scale} to ${to.planes} at scale ${to.scale}; ` +
        'the scales must be equal and the planes a multiple',
    );
}

function checkEnd({ channels, reads, scale }: Network, end: { planes: number; scale: number }): void {
  if (end.planes !== channels)
    throw new OptionError(
      channels === 1 && end.scale === 1
        ? 'the last layer must have 1 filter: it is the picture that comes out'
        : `the last layer gives ${end.planes} planes, but the network has ${channels} channels; make them equal`,
    );
  if (end.scale !== scale)
    throw new OptionError(
      `the layers enlarge ${end.scale} times, but the network says scale ${shown(scale)}; make them equal`,
    );
  if (reads !== 'small' && reads !== 'enlarged')
    throw new OptionError(`reads is ${shown(reads)}; use 'small' or 'enlarged'`);
  if (reads === 'enlarged' && scale !== 1)
    throw new OptionError(`a network that reads the enlarged picture has scale 1, not ${scale}; use reads: 'small'`);
}
