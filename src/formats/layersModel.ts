import type * as tf from '@tensorflow/tfjs';
import { optionalPackage } from '../optionalPackage';
import { lower, lowerModel } from '../network/lower';
import type { Model } from '../network/network';
import { type LayerSlice, layerSlices } from '../network/parameters';

type TensorFlow = typeof tf;
type Symbol = tf.SymbolicTensor;

/**
 * The same network as a TensorFlow.js layers model: input [pictures, rows, columns, channels] of any size, output
 * [pictures, rows x scale, columns x scale, channels], both normalised as the model says. A transposed convolution
 * becomes the convolution and the shuffle that it is lowered to. A shuffle becomes a transposed convolution whose
 * weights are 0 and 1, since Keras has no layer for it. The layers model holds a copy of the weights, and the caller
 * must `dispose()` it; TensorFlow.js is loaded on the first call. Throws OptionError for a network that cannot be
 * lowered.
 */
export async function toLayersModel(model: Model): Promise<tf.LayersModel> {
  const { network, weights } = lowerModel(model, lower(model.network));
  const tf = optionalPackage<TensorFlow>('@tensorflow/tfjs', 'to make a layers model');
  const slices = new Map(layerSlices(network).map((slice) => [slice.layer, slice]));
  const input = tf.input({ shape: [null, null, network.channels] });
  const values: Symbol[] = [input];
  let convolutions = 0;
  for (const [index, layer] of network.layers.entries()) {
    const x = values[index];
    if (layer.kind === 'shuffle') values.push(shuffle(tf, x, layer.factor));
    else if (layer.kind === 'add') values.push(add(tf, x, values[layer.layer === 'input' ? 0 : layer.layer + 1]));
    else values.push(convolve(tf, x, slices.get(index)!, weights, ++convolutions));
  }
  return tf.model({ name: network.name, inputs: input, outputs: values[network.layers.length] });
}

/** Applies a layer, then gives it its tensors and disposes of them. */
function applied(tf: TensorFlow, layer: tf.layers.Layer, x: Symbol | Symbol[], tensors: tf.Tensor[]): Symbol {
  const output = layer.apply(x) as Symbol;
  layer.setWeights(tensors);
  tf.dispose(tensors);
  return output;
}

function convolve(tf: TensorFlow, x: Symbol, slice: LayerSlice, weights: Float32Array, number: number): Symbol {
  const { inputs, filters, kernel, activation, biasStart, slopeStart, end } = slice;
  const within = activation === 'relu' || activation === 'tanh' ? activation : 'linear';
  const settings = { filters, kernelSize: kernel, padding: 'same', activation: within } as const;
  const sums = applied(tf, tf.layers.conv2d({ name: `conv${number}`, ...settings }), x, [
    tf.tensor(kernelByTap(weights, slice), [kernel, kernel, inputs, filters]),
    tf.tensor1d(weights.slice(biasStart, slopeStart)),
  ]);
  if (activation === 'leaky') return tf.layers.leakyReLU({ name: `leaky${number}`, alpha: 0.1 }).apply(sums) as Symbol;
  if (activation !== 'prelu') return sums;
  return applied(tf, tf.layers.prelu({ name: `prelu${number}`, sharedAxes: [1, 2] }), sums, [
    tf.tensor(weights.slice(slopeStart, end), [1, 1, filters]),
  ]);
}

/** A sum; where `other` has fewer channels, a fixed 1x1 convolution repeats each of them. */
function add(tf: TensorFlow, x: Symbol, other: Symbol): Symbol {
  const [from, to] = [other.shape[3]!, x.shape[3]!];
  if (from === to) return tf.layers.add().apply([x, other]) as Symbol;
  const repeat = tf.layers.conv2d({ filters: to, kernelSize: 1, useBias: false, trainable: false });
  const kernel = new Float32Array(from * to);
  for (let f = 0; f < to; f++) kernel[Math.floor((f * from) / to) * to + f] = 1;
  const repeated = applied(tf, repeat, other, [tf.tensor(kernel, [1, 1, from, to])]);
  return tf.layers.add().apply([x, repeated]) as Symbol;
}

/** factor² channels become one that is `factor` times as wide and high. */
function shuffle(tf: TensorFlow, x: Symbol, factor: number): Symbol {
  const [inputs, area] = [x.shape[3]!, factor ** 2];
  const filters = inputs / area;
  const settings = { filters, kernelSize: factor, strides: factor, useBias: false, trainable: false };
  // Its kernel is [row][column][filter][input channel].
  const kernel = new Float32Array(area * filters * inputs);
  for (let tap = 0; tap < area; tap++)
    for (let f = 0; f < filters; f++) kernel[(tap * filters + f) * inputs + f * area + tap] = 1;
  return applied(tf, tf.layers.conv2dTranspose({ name: 'shuffle', padding: 'same', ...settings }), x, [
    tf.tensor(kernel, [factor, factor, filters, inputs]),
  ]);
}

/** A layer's kernel in TensorFlow's order [row][column][input channel][filter]. */
function kernelByTap(weights: Float32Array, { kernelStart, filters, inputs, kernel }: LayerSlice): Float32Array {
  const area = kernel ** 2;
  const byTap = new Float32Array(area * inputs * filters);
  for (let f = 0; f < filters; f++)
    for (let i = 0; i < inputs; i++)
      for (let tap = 0; tap < area; tap++) {
        byTap[(tap * inputs + i) * filters + f] = weights[kernelStart + (f * inputs + i) * area + tap];
      }
  return byTap;
}
