import type * as tfjs from '@tensorflow/tfjs';
import type { Batch } from '../engine';
import type { Model } from '../../network/network';
import { type LayerSlice, layerSlices } from '../../network/parameters';

/** A TensorFlow.js namespace: whichever package registered the backend that computes. */
export type TensorFlow = typeof tfjs;

/** One layer with its kernel as TensorFlow wants it: [row][column][input channel][filter]. */
interface GraphLayer extends LayerSlice {
  weights: tfjs.Tensor4D;
  bias: tfjs.Tensor1D;
}

type Shape = [number, number, number, number];

/** Where the weight of `tap`, input channel `i`, filter `f` stands in the flat weights. */
const flatIndex = ({ kernelStart, inputs, kernel }: LayerSlice, tap: number, i: number, f: number) =>
  kernelStart + (f * inputs + i) * kernel ** 2 + tap;

function eachWeight(layer: LayerSlice, visit: (flat: number, byTap: number) => void): void {
  const { inputs, filters, kernel } = layer;
  for (let tap = 0; tap < kernel ** 2; tap++)
    for (let i = 0; i < inputs; i++)
      for (let f = 0; f < filters; f++) {
        visit(flatIndex(layer, tap, i, f), (tap * inputs + i) * filters + f);
      }
}

function graphLayers(tf: TensorFlow, model: Model): GraphLayer[] {
  return layerSlices(model.network).map((layer) => {
    const { kernel, inputs, filters, kernelStart, biasStart, end } = layer;
    const byTap = new Float32Array(biasStart - kernelStart);
    eachWeight(layer, (flat, index) => (byTap[index] = model.weights[flat]));
    return {
      ...layer,
      weights: tf.tensor4d(byTap, [kernel, kernel, inputs, filters]),
      bias: tf.tensor1d(model.weights.slice(biasStart, end)),
    };
  });
}

/** Rows of `channels` values each: a pixel is a row, so a 1x1 convolution is a matrix product. */
const asMatrix = (x: tfjs.Tensor): tfjs.Tensor2D => x.reshape([-1, x.shape[x.shape.length - 1]]);

const padRows = (x: tfjs.Tensor4D, pad: number) =>
  x.pad<tfjs.Tensor4D>([
    [0, 0],
    [pad, pad],
    [0, 0],
    [0, 0],
  ]);

/** The kernel x kernel neighbours of each pixel of one-channel pictures, zeros outside: [pixels, kernel^2]. */
function neighbours(tf: TensorFlow, x: tfjs.Tensor4D, kernel: number): tfjs.Tensor2D {
  if (kernel === 1) return asMatrix(x);
  const [count, height, width] = x.shape,
    pad = (kernel - 1) / 2,
    steps = Array.from({ length: kernel }, (_, step) => step);
  const padded = x.pad<tfjs.Tensor4D>([
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);
  const rows = tf.concat(
    steps.map((step) => padded.slice([0, 0, step, 0], [count, height + 2 * pad, width, 1])),
    3,
  );
  return asMatrix(
    tf.concat(
      steps.map((step) => rows.slice([0, step, 0, 0], [count, height, width, kernel])),
      3,
    ),
  );
}

/** WebGPU gives a kernel eight buffers at least, one of them for its result. */
const MOST_TERMS = 7;

/** The sum of any number of tensors. */
function addAll<T extends tfjs.Tensor>(tf: TensorFlow, terms: readonly T[]): T {
  if (terms.length <= MOST_TERMS) return tf.addN(terms as T[]);
  return addAll(tf, [tf.addN(terms.slice(0, MOST_TERMS)), ...terms.slice(MOST_TERMS)]);
}

/**
 * A single filter as `kernel` filters of one row each, whose outputs are shifted and added: a convolution with one
 * output wastes most of a vector.
 */
function singleFilter(tf: TensorFlow, x: tfjs.Tensor4D, weights: tfjs.Tensor4D): tfjs.Tensor4D {
  const [kernel, , inputs] = weights.shape,
    pad = (kernel - 1) / 2,
    [count, height, width] = x.shape;
  const rows = weights
    .reshape([kernel, kernel, inputs])
    .transpose([1, 2, 0])
    .reshape<tfjs.Tensor4D>([1, kernel, inputs, kernel]);
  const sums = padRows(x.conv2d(rows, 1, 'same'), pad);
  return addAll(
    tf,
    Array.from({ length: kernel }, (_, row) => sums.slice([0, row, 0, row], [count, height, width, 1])),
  );
}

/**
 * What a layer computed: its output and, where it came from one channel, the neighbours that its gradient needs
 * again.
 */
interface Step {
  output: tfjs.Tensor4D;
  around: tfjs.Tensor2D | null;
}

function convolve(
  tf: TensorFlow,
  x: tfjs.Tensor4D,
  { kernel, inputs, filters, weights, bias, activation }: GraphLayer,
): Step {
  const shape: Shape = [x.shape[0], x.shape[1], x.shape[2], filters];
  const single = filters === 1 && kernel > 1;
  // A layer that sees one channel (or one pixel) is one matrix product.
  const around = single ? null : inputs === 1 ? neighbours(tf, x, kernel) : kernel === 1 ? asMatrix(x) : null;
  const sums = around
    ? around.matMul(weights.reshape([-1, filters])).reshape<tfjs.Tensor4D>(shape)
    : single
      ? singleFilter(tf, x, weights)
      : x.conv2d(weights, 1, 'same');
  const output = sums.add<tfjs.Tensor4D>(bias);
  return { output: activation === 'relu' ? output.relu() : output, around };
}

/** The steps from pictures [count, height, width, 1] to the network's output, which is the last one's. */
function forward(tf: TensorFlow, layers: readonly GraphLayer[], input: tfjs.Tensor4D): Step[] {
  const steps: Step[] = [{ output: input, around: null }];
  for (const layer of layers) steps.push(convolve(tf, steps[steps.length - 1].output, layer));
  return steps;
}

/** The gradients of a layer's kernel and of its input (null where nobody wants it), given that of its sums. */
function backward(
  tf: TensorFlow,
  x: tfjs.Tensor4D,
  around: tfjs.Tensor2D | null,
  delta: tfjs.Tensor4D,
  layer: GraphLayer,
  wantInput: boolean,
): { kernel: tfjs.Tensor; input: tfjs.Tensor4D | null } {
  const { kernel, inputs, filters, weights } = layer;
  if (kernel === 1) {
    const input = wantInput
      ? asMatrix(delta)
          .matMul(weights.reshape([inputs, filters]), false, true)
          .reshape<tfjs.Tensor4D>(x.shape)
      : null;
    return { kernel: asMatrix(x).matMul(asMatrix(delta), true), input };
  }
  if (filters === 1) {
    // Seen from the input, each pixel takes part in the sums of its neighbours: two plain matrix products, with the
    // taps in reverse.
    const pulls = neighbours(tf, delta, kernel);
    const input = wantInput
      ? pulls.matMul(weights.reshape<tfjs.Tensor2D>([kernel ** 2, inputs]).reverse(0)).reshape<tfjs.Tensor4D>(x.shape)
      : null;
    return { kernel: pulls.matMul(asMatrix(x), true).reverse(0), input };
  }
  const shared = { strides: 1, pad: 'same', dataFormat: 'NHWC' };
  const kernelGradient = around
    ? around.matMul(asMatrix(delta), true)
    : (tf
        .engine()
        .runKernel('Conv2DBackpropFilter', { x, dy: delta }, { ...shared, filterShape: weights.shape }) as tfjs.Tensor);
  const input = wantInput
    ? (tf
        .engine()
        .runKernel(
          'Conv2DBackpropInput',
          { dy: delta, filter: weights },
          { ...shared, inputShape: x.shape },
        ) as tfjs.Tensor4D)
    : null;
  return { kernel: kernelGradient, input };
}

/** Zero on the outermost `border` pixels of each picture, one elsewhere. */
function centreMask(tf: TensorFlow, height: number, width: number, border: number): tfjs.Tensor4D {
  return tf.ones([1, height - 2 * border, width - 2 * border, 1]).pad([
    [0, 0],
    [border, border],
    [border, border],
    [0, 0],
  ]) as tfjs.Tensor4D;
}

/**
 * Patches `from` to `from + count` of a batch: their squared errors summed (one value) and, with `gradient`, each
 * layer's kernel and bias gradients, all over `total`.
 */
export function sliceGradient(
  tf: TensorFlow,
  model: Model,
  batch: Batch,
  from: number,
  count: number,
  border: number,
  gradient: boolean,
): tfjs.Tensor1D {
  const { height, width } = batch.input;
  const area = height * width,
    total = batch.input.count * (height - 2 * border) * (width - 2 * border);
  const take = (values: Float32Array) =>
    tf.tensor4d(values.subarray(from * area, (from + count) * area), [count, height, width, 1]);
  return tf.tidy(() => {
    const layers = graphLayers(tf, model);
    const steps = forward(tf, layers, take(batch.input.data));
    const error = steps[layers.length].output.sub<tfjs.Tensor4D>(take(batch.target.data));
    const counted = border > 0 ? error.mul<tfjs.Tensor4D>(centreMask(tf, height, width, border)) : error;
    const parts: tfjs.Tensor[] = [counted.square().sum().div(total)];
    let delta: tfjs.Tensor4D | null = gradient ? counted.mul<tfjs.Tensor4D>(2 / total) : null;
    for (let l = layers.length - 1; l >= 0 && delta; l--) {
      const { output, around } = steps[l + 1];
      if (layers[l].activation === 'relu')
        delta = tf.where<tfjs.Tensor4D>(output.greater(0), delta!, tf.zerosLike(output));
      const { kernel, input }: ReturnType<typeof backward> = backward(
        tf,
        steps[l].output,
        around,
        delta!,
        layers[l],
        l > 0,
      );
      parts.push(kernel, asMatrix(delta!).sum(0));
      delta = input;
    }
    return tf.concat1d(parts.map((part) => part.reshape<tfjs.Tensor1D>([-1])));
  });
}

/**
 * Adds what `sliceGradient` gave to the sums: gradient in the order of `model.weights`, and returns the slice's share
 * of the loss.
 */
export function addSlice(model: Model, values: Float32Array, sums: Float64Array | null): number {
  let start = 1;
  for (const layer of sums ? layerSlices(model.network).reverse() : []) {
    eachWeight(layer, (flat, byTap) => (sums![flat] += values[start + byTap]));
    start += layer.biasStart - layer.kernelStart;
    for (let f = 0; f < layer.filters; f++) sums![layer.biasStart + f] += values[start + f];
    start += layer.filters;
  }
  return values[0];
}

/** The network's output for one picture's rows: [height, width] values. */
export function predictRows(
  tf: TensorFlow,
  model: Model,
  data: Float32Array,
  width: number,
  height: number,
): tfjs.Tensor1D {
  return tf.tidy(() => {
    const steps = forward(tf, graphLayers(tf, model), tf.tensor4d(data, [1, height, width, 1]));
    return steps[steps.length - 1].output.reshape<tfjs.Tensor1D>([-1]);
  });
}
