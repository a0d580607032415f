import type * as tf from '@tensorflow/tfjs';
import { OptionError } from '../errors';
import { optionalPackage } from '../optionalPackage';
import type { Activation, Model, Network } from '../network/network';
import { type LayerSlice, layerSlices } from '../network/parameters';

/**
 * The same network as a TensorFlow.js layers model: input [pictures, rows, columns, 1] of any size, output of the
 * same shape. Only a plain chain of convolutions on luminance has such a model; OptionError for other networks. It
 * holds a copy of the weights, and the caller must `dispose()` it; TensorFlow.js is loaded on the
 * first call.
 */
export async function toLayersModel(model: Model): Promise<tf.LayersModel> {
  checkChain(model.network);
  const tf = optionalPackage<typeof import('@tensorflow/tfjs')>('@tensorflow/tfjs', 'to make a layers model');
  const network = tf.sequential({ name: model.network.name });
  for (const [index, layer] of layerSlices(model.network).entries()) {
    const { filters, kernel, activation } = layer;
    network.add(
      tf.layers.conv2d({
        name: `conv${index + 1}`,
        filters,
        kernelSize: kernel,
        padding: 'same',
        activation: knownActivation(activation),
        inputShape: index === 0 ? [null, null, 1] : undefined,
      }),
    );
    const tensors = [
      tf.tensor(kernelByTap(model.weights, layer), [kernel, kernel, layer.inputs, filters]),
      tf.tensor1d(model.weights.slice(layer.biasStart, layer.end)),
    ];
    network.layers[index].setWeights(tensors);
    tf.dispose(tensors);
  }
  return network;
}

function checkChain({ name, channels, layers }: Network): void {
  const other = layers.find(({ kind }) => kind !== 'convolution');
  if (!other && channels === 1) return;
  const what = other ? `layers of kind ${other.kind}` : `pictures of ${channels} channels`;
  throw new OptionError(
    `toLayersModel does not know ${what} (network ${name}); use a chain of convolutions on luminance`,
  );
}

function knownActivation(activation: Activation): 'linear' | 'relu' | 'tanh' {
  if (activation === 'linear' || activation === 'relu' || activation === 'tanh') return activation;
  throw new OptionError(`toLayersModel has no layer for the activation ${activation}; use linear, relu or tanh`);
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
