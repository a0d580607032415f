// A second oracle: TensorFlow.js differentiates the definition of a network by itself.
import * as tf from '@tensorflow/tfjs';
import type { Batch, Planes } from '../../src/engine/engine';
import { areaOf } from '../../src/engine/losses/area';
import { type LossName, losses } from '../../src/engine/losses/losses';
import type { Activation, Model, Network } from '../../src/network/network';
import { layerSlices, type LayerSlice } from '../../src/network/parameters';

/**
 * The parameters of a layer, cut out of the flat weights: the kernel as [row][column][input][filter] for a convolution,
 * as [row][column][filter][input] for a transposed one.
 */
function parametersOf(flat: tf.Tensor, { kind, filters, inputs, kernel, ...at }: LayerSlice) {
  const part = (start: number, end: number) => flat.slice([start], [end - start]);
  const planes = kind === 'convolution' ? [filters, inputs] : [inputs, filters];
  return {
    kernel: part(at.kernelStart, at.biasStart)
      .reshape([...planes, kernel, kernel])
      .transpose<tf.Tensor4D>([2, 3, 1, 0]),
    bias: part(at.biasStart, at.slopeStart),
    slopes: part(at.slopeStart, at.end),
  };
}

/** A transposed convolution whose outputs lie in the middle of the samples that they are computed from. */
function transposed(x: tf.Tensor4D, weights: tf.Tensor4D, { kernel, stride, filters }: LayerSlice): tf.Tensor4D {
  const [count, height, width] = x.shape;
  const [rows, columns] = [(height - 1) * stride + kernel, (width - 1) * stride + kernel];
  const before = Math.max(0, Math.ceil((kernel - stride) / 2));
  const missing = Math.max(0, before + stride - kernel);
  return tf
    .conv2dTranspose(x, weights, [count, rows, columns, filters], stride, 'valid')
    .pad<tf.Tensor4D>([
      [0, 0],
      [0, missing],
      [0, missing],
      [0, 0],
    ])
    .slice([0, before, before, 0], [count, height * stride, width * stride, filters]);
}

/** Each plane as many times as it takes to have `planes` of them. */
function repeated(x: tf.Tensor4D, planes: number): tf.Tensor4D {
  const [count, height, width, from] = x.shape;
  return x
    .reshape([-1, 1])
    .tile([1, planes / from])
    .reshape([count, height, width, planes]);
}

function shuffled(x: tf.Tensor4D, factor: number): tf.Tensor4D {
  const [count, height, width, inputs] = x.shape;
  const planes = inputs / factor ** 2;
  return x
    .reshape([count, height, width, planes, factor, factor])
    .transpose([0, 1, 4, 2, 5, 3])
    .reshape([count, height * factor, width * factor, planes]);
}

const activations: Record<Activation, (sums: tf.Tensor4D, slopes: tf.Tensor) => tf.Tensor> = {
  linear: (sums) => sums,
  relu: (sums) => sums.relu(),
  leaky: (sums) => sums.prelu(tf.scalar(0.1)),
  prelu: (sums, slopes) => sums.prelu(slopes),
  tanh: (sums) => sums.tanh(),
};

function convolved(slice: LayerSlice, flat: tf.Tensor, x: tf.Tensor4D): tf.Tensor4D {
  const { kernel, bias, slopes } = parametersOf(flat, slice);
  const products = slice.kind === 'convolution' ? x.conv2d(kernel, 1, 'same') : transposed(x, kernel, slice);
  return activations[slice.activation](products.add<tf.Tensor4D>(bias), slopes) as tf.Tensor4D;
}

/** The network's output, by operations that TensorFlow.js differentiates. */
function outputOf(network: Network, flat: tf.Tensor, input: tf.Tensor4D): tf.Tensor4D {
  const values = [input];
  for (const [index, layer] of network.layers.entries()) {
    const x = values[index];
    if (layer.kind === 'shuffle') values.push(shuffled(x, layer.factor));
    else if (layer.kind === 'add')
      values.push(x.add(repeated(values[layer.layer === 'input' ? 0 : layer.layer + 1], x.shape[3])));
    else {
      const branches = layerSlices(network).filter((slice) => slice.layer === index);
      values.push(tf.addN(branches.map((slice) => convolved(slice, flat, x))).div(branches.length));
    }
  }
  return values[network.layers.length];
}

/** The 64 waves that the frequencies of a block are counted in, as the filters of a convolution. */
const waves = () =>
  tf.tensor4d(
    Float32Array.from({ length: 64 * 64 }, (_, i) => {
      const [y, x, v, u] = [i >> 9, (i >> 6) & 7, (i >> 3) & 7, i & 7];
      const wave = (at: number, k: number) =>
        Math.cos(((2 * at + 1) * k * Math.PI) / 16) * (k ? 0.5 : Math.sqrt(1 / 8));
      return wave(y, v) * wave(x, u);
    }),
    [8, 8, 1, 64],
  );

/** The mean over the outputs is that over the frequencies, as there are as many. */
function frequencyLoss(errors: tf.Tensor, change?: ArrayLike<number>): tf.Tensor {
  const planes = errors.transpose([0, 3, 1, 2]);
  const [count, channels, height, width] = planes.shape as number[];
  return planes
    .reshape<tf.Tensor4D>([count * channels, height, width, 1])
    .conv2d(waves(), 8, 'valid')
    .square()
    .mul(tf.tensor1d(Float32Array.from(losses.fdpl.weights(change))));
}

const lossesOf: Record<LossName, (errors: tf.Tensor, change?: ArrayLike<number>) => tf.Tensor> = {
  mse: (errors) => errors.square(),
  l1: (errors) => errors.abs(),
  charbonnier: (errors) => errors.square().add(1e-6).sqrt(),
  // TensorFlow.js cannot differentiate through a comparison.
  huber: (errors) => {
    const near = errors.abs().minimum(0.1);
    return near.square().div(2).add(errors.abs().sub(near).mul(0.1));
  },
  fdpl: frequencyLoss,
};

const channelsLast = ({ data, count, channels, height, width }: Planes) =>
  tf.tensor4d(data, [count, channels, height, width]).transpose<tf.Tensor4D>([0, 2, 3, 1]);

/** The mean loss of a batch and its gradient, with respect to the model's weights. */
export function differentiate(
  model: Model,
  batch: Batch,
  border: number,
  loss: LossName = 'mse',
  change?: ArrayLike<number>,
): { loss: number; gradient: Float32Array } {
  const { count, channels } = batch.target;
  const { left, top, width, height } = areaOf(loss, batch.target, border);
  const inner = (x: tf.Tensor4D) => x.slice([0, top, left, 0], [count, height, width, channels]);
  const mean = (flat: tf.Tensor) => {
    const output = outputOf(model.network, flat, channelsLast(batch.input));
    return lossesOf[loss](inner(output).sub(inner(channelsLast(batch.target))), change).mean() as tf.Scalar;
  };
  return tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad(mean)(tf.tensor1d(model.weights));
    return { loss: value.dataSync()[0], gradient: grad.dataSync() as Float32Array };
  });
}
