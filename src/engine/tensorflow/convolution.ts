// A stride-1 convolution and its gradients on a TensorFlow.js backend; pictures are [count, height, width, channels].
import type * as tfjs from '@tensorflow/tfjs';
import type { LayerSlice } from '../../network/parameters';

/** A TensorFlow.js namespace: whichever package registered the backend that computes. */
export type TensorFlow = typeof tfjs;

/** A convolution with its parameters as TensorFlow wants them. */
export interface Convolution extends LayerSlice {
  /** [row][column][input channel][filter] */
  weights: tfjs.Tensor4D;
  bias: tfjs.Tensor1D;
  /** The learnt slopes of a PReLU, null for other activations. */
  slopes: tfjs.Tensor1D | null;
}

type Shape = [number, number, number, number];

/**
 * Visits each weight of a layer's kernel: its place in the flat weights, and its place in TensorFlow's order
 * [row][column][input channel][filter].
 */
export function eachWeight(layer: LayerSlice, visit: (flat: number, byTap: number) => void): void {
  const { kernelStart, inputs, filters, kernel } = layer;
  for (let tap = 0; tap < kernel ** 2; tap++)
    for (let i = 0; i < inputs; i++)
      for (let f = 0; f < filters; f++) {
        visit(kernelStart + (f * inputs + i) * kernel ** 2 + tap, (tap * inputs + i) * filters + f);
      }
}

/** The tensors of a convolution whose parameters stand in `weights`. */
export function convolutionOf(tf: TensorFlow, layer: LayerSlice, weights: Float32Array): Convolution {
  const { kernel, inputs, filters, kernelStart, biasStart, slopeStart, end } = layer;
  const byTap = new Float32Array(biasStart - kernelStart);
  eachWeight(layer, (flat, index) => (byTap[index] = weights[flat]));
  return {
    ...layer,
    weights: tf.tensor4d(byTap, [kernel, kernel, inputs, filters]),
    bias: tf.tensor1d(weights.slice(biasStart, slopeStart)),
    slopes: end > slopeStart ? tf.tensor1d(weights.slice(slopeStart, end)) : null,
  };
}

/** Rows of `channels` values each: a pixel is a row, so a 1x1 convolution is a matrix product. */
export const asMatrix = (x: tfjs.Tensor): tfjs.Tensor2D => x.reshape([-1, x.shape[x.shape.length - 1]]);

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

/** The sums of a convolution and, where they came from one channel, the neighbours that its gradient needs again. */
export interface Sums {
  sums: tfjs.Tensor4D;
  around: tfjs.Tensor2D | null;
}

/** The sums of a layer, before its activation. */
export function convolve(tf: TensorFlow, x: tfjs.Tensor4D, layer: Convolution): Sums {
  const { kernel, inputs, filters, weights, bias } = layer;
  const shape: Shape = [x.shape[0], x.shape[1], x.shape[2], filters];
  const single = filters === 1 && kernel > 1;
  // A layer that sees one channel (or one pixel) is one matrix product.
  const around = single ? null : inputs === 1 ? neighbours(tf, x, kernel) : kernel === 1 ? asMatrix(x) : null;
  const sums = around
    ? around.matMul(weights.reshape([-1, filters])).reshape<tfjs.Tensor4D>(shape)
    : single
      ? singleFilter(tf, x, weights)
      : x.conv2d(weights, 1, 'same');
  return { sums: sums.add<tfjs.Tensor4D>(bias), around };
}

/** The gradients of a layer's kernel and of its input (null where nobody wants it), given that of its sums. */
export function convolveBack(
  tf: TensorFlow,
  x: tfjs.Tensor4D,
  around: tfjs.Tensor2D | null,
  delta: tfjs.Tensor4D,
  layer: Convolution,
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
