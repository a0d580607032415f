// A lowered network on a TensorFlow.js backend: forwards, and its gradients. Value 0 is the input, value i + 1 the
// output of layer i, each [count, height, width, channels]. The shuffle at the end is not a layer here: targets are
// brought into the order of the last convolution's channels, and outputs out of it.
import type * as tfjs from '@tensorflow/tfjs';
import type { Model, Network } from '../../network/network';
import { layerSlices } from '../../network/parameters';
import type { Batch, Planes } from '../engine';
import { areaOf } from '../losses/area';
import { type LossName, losses } from '../losses/losses';
import { activate, activateBack } from './activation';
import {
  asMatrix,
  type Convolution,
  convolutionOf,
  convolve,
  convolveBack,
  eachWeight,
  type Sums,
} from './convolution';
import type { TensorFlow } from './convolution';
import { frequencyLoss } from './frequencies';
import { tensorLosses } from './losses';

type Step =
  | { kind: 'convolution'; convolution: Convolution }
  /** The index of the value that is added. */
  | { kind: 'add'; other: number };

/** The value that a step made, with what the way back needs again of a convolution. */
interface Done {
  output: tfjs.Tensor4D;
  sums: Sums | null;
}

/** Side of the shuffle at the end of a lowered network; 1 for none. */
export function shuffleOf({ layers }: Network): number {
  const last = layers[layers.length - 1];
  return last.kind === 'shuffle' ? last.factor : 1;
}

function stepsOf(tf: TensorFlow, { network, weights }: Model): Step[] {
  const slices = new Map(layerSlices(network).map((slice) => [slice.layer, slice]));
  return network.layers.flatMap((layer, index): Step[] => {
    if (layer.kind === 'shuffle') return [];
    if (layer.kind === 'add') return [{ kind: 'add', other: layer.layer === 'input' ? 0 : layer.layer + 1 }];
    return [{ kind: 'convolution', convolution: convolutionOf(tf, slices.get(index)!, weights) }];
  });
}

/** Rows of as many values as each channel of `other` has copies in `x`. */
const byCopies = (x: tfjs.Tensor4D, other: tfjs.Tensor4D) =>
  x.reshape<tfjs.Tensor2D>([-1, x.shape[3] / other.shape[3]]);

/** The sum of two values; where `other` has fewer channels, each of them is repeated. */
const addRepeated = (x: tfjs.Tensor4D, other: tfjs.Tensor4D) =>
  x.shape[3] === other.shape[3]
    ? x.add<tfjs.Tensor4D>(other)
    : byCopies(x, other)
        .add(other.reshape([-1, 1]))
        .reshape<tfjs.Tensor4D>(x.shape);

/** All values from the input to the network's output. */
function forward(tf: TensorFlow, steps: readonly Step[], input: tfjs.Tensor4D): Done[] {
  const done: Done[] = [{ output: input, sums: null }];
  for (const [index, step] of steps.entries()) {
    const { output: x } = done[index];
    if (step.kind === 'add') done.push({ output: addRepeated(x, done[step.other].output), sums: null });
    else {
      const sums = convolve(tf, x, step.convolution);
      done.push({ output: activate(step.convolution.activation, sums.sums, step.convolution.slopes), sums });
    }
  }
  return done;
}

/**
 * The gradients of the kernels, biases and slopes, from the last convolution to the first, given that of the output.
 */
function backward(
  tf: TensorFlow,
  steps: readonly Step[],
  done: readonly Done[],
  outputs: tfjs.Tensor4D,
): tfjs.Tensor[] {
  const parts: tfjs.Tensor[] = [];
  const deltas: tfjs.Tensor4D[] = [];
  const give = (value: number, delta: tfjs.Tensor4D) => {
    deltas[value] = value in deltas ? deltas[value].add(delta) : delta;
  };
  give(steps.length, outputs);
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    const x = done[i].output;
    if (step.kind === 'add') {
      give(i, deltas[i + 1]);
      const other = done[step.other].output;
      const same = x.shape[3] === other.shape[3];
      const sum = same
        ? deltas[i + 1]
        : byCopies(deltas[i + 1], other)
            .sum(1)
            .reshape<tfjs.Tensor4D>(other.shape);
      if (step.other > 0) give(step.other, sum);
      continue;
    }
    const { convolution } = step;
    const { output, sums } = done[i + 1];
    const inner = { sums: sums!.sums, output, slopes: convolution.slopes };
    const { delta, slopes } = activateBack(tf, convolution.activation, inner, deltas[i + 1]);
    const { kernel, input } = convolveBack(tf, x, sums!.around, delta, convolution, i > 0);
    parts.push(kernel, asMatrix(delta).sum(0), ...(slopes ? [slopes] : []));
    if (input) give(i, input);
  }
  return parts;
}

/**
 * Pictures `from` to `from + count` as [count, height / factor, width / factor, channels x factor²]: the planes of a
 * shuffle's input in its order.
 */
function take(tf: TensorFlow, planes: Planes, from: number, count: number, factor = 1): tfjs.Tensor4D {
  const { data, channels, height, width } = planes;
  const values = channels * height * width;
  const part = data.subarray(from * values, (from + count) * values);
  if (channels === 1 && factor === 1) return tf.tensor4d(part, [count, height, width, 1]);
  return unshuffled(tf.tensor4d(part, [count, channels, height, width]), factor);
}

/** [count, channels, height, width] as [count, height / factor, width / factor, channels x factor²]. */
function unshuffled(x: tfjs.Tensor4D, factor: number): tfjs.Tensor4D {
  const [count, channels, height, width] = x.shape;
  const [rows, columns] = [height / factor, width / factor];
  return x
    .reshape([count, channels, rows, factor, columns, factor])
    .transpose([0, 2, 4, 1, 3, 5])
    .reshape([count, rows, columns, channels * factor ** 2]);
}

/** [count, rows, columns, channels x factor²] as the pictures [count, channels, rows x factor, columns x factor]. */
function shuffled(x: tfjs.Tensor4D, factor: number): tfjs.Tensor4D {
  const [count, rows, columns, planes] = x.shape;
  const channels = planes / factor ** 2;
  return x
    .reshape([count, rows, columns, channels, factor, factor])
    .transpose([0, 3, 1, 4, 2, 5])
    .reshape([count, channels, rows * factor, columns * factor]);
}

/** One on the outputs that count, zero on the outermost `border` pixels of the target. */
function centreMask(tf: TensorFlow, target: Planes, border: number, factor: number): tfjs.Tensor4D {
  const { channels, height, width } = target;
  const ones = tf.ones<tfjs.Rank.R4>([1, channels, height - 2 * border, width - 2 * border]);
  const edge: [number, number] = [border, border];
  return unshuffled(ones.pad([[0, 0], [0, 0], edge, edge]), factor);
}

/** What is to be learnt from which part of a batch. */
export interface Slice {
  batch: Batch;
  /** The first pair and how many there are. */
  from: number;
  count: number;
  border: number;
  loss: LossName;
  change?: ArrayLike<number>;
}

/** The sum of the loss of a slice and its slopes, for errors in the order of the last convolution's channels. */
function lossOf(tf: TensorFlow, { batch, border, loss, change }: Slice, errors: tfjs.Tensor4D, factor: number) {
  const definition = losses[loss];
  if (definition.kind === 'frequencies') {
    const area = areaOf(loss, batch.target, border);
    const { sum, slopes } = frequencyLoss(tf, shuffled(errors, factor), area, definition.weights(change));
    return { sum, slopes: () => unshuffled(slopes, factor) };
  }
  const mask = border > 0 ? centreMask(tf, batch.target, border, factor) : null;
  const inside = (values: tfjs.Tensor) => (mask ? values.mul<tfjs.Tensor4D>(mask) : (values as tfjs.Tensor4D));
  const { value, slope } = tensorLosses[loss as keyof typeof tensorLosses];
  return { sum: inside(value(tf, errors)).sum(), slopes: () => inside(slope(tf, errors)) };
}

/**
 * The share of a slice in the batch's mean loss (one value) and, with `gradient`, in its gradient: those of kernel,
 * biases and slopes of each convolution, from the last to the first.
 */
export function sliceGradient(tf: TensorFlow, model: Model, slice: Slice, gradient: boolean): tfjs.Tensor1D {
  const { batch, from, count, border, loss } = slice;
  const area = areaOf(loss, batch.target, border);
  const total = batch.input.count * batch.target.channels * area.width * area.height;
  const factor = shuffleOf(model.network);
  return tf.tidy(() => {
    const steps = stepsOf(tf, model);
    const done = forward(tf, steps, take(tf, batch.input, from, count));
    const errors = done[steps.length].output.sub<tfjs.Tensor4D>(take(tf, batch.target, from, count, factor));
    const { sum, slopes } = lossOf(tf, slice, errors, factor);
    const parts = [sum.div(total)];
    if (gradient) parts.push(...backward(tf, steps, done, slopes().div<tfjs.Tensor4D>(total)));
    return tf.concat1d(parts.map((part) => part.reshape<tfjs.Tensor1D>([-1])));
  });
}

/**
 * Adds what `sliceGradient` gave to the sums, which are in the order of `model.weights`, and returns the slice's share
 * of the loss.
 */
export function addSlice({ network }: Model, values: Float32Array, sums: Float64Array | null): number {
  let start = 1;
  for (const layer of sums ? layerSlices(network).reverse() : []) {
    const { kernelStart, biasStart, end } = layer;
    eachWeight(layer, (flat, byTap) => (sums![flat] += values[start + byTap]));
    start += biasStart - kernelStart;
    for (let i = biasStart; i < end; i++) sums![i] += values[start++];
  }
  return values[0];
}

/** The network's output for the rows of one picture, as [channels][height][width] in one flat tensor. */
export function predictRows(tf: TensorFlow, model: Model, rows: Planes): tfjs.Tensor1D {
  const { channels } = model.network;
  const factor = shuffleOf(model.network);
  return tf.tidy(() => {
    const done = forward(tf, stepsOf(tf, model), take(tf, rows, 0, 1));
    const { output } = done[done.length - 1];
    if (channels === 1 && factor === 1) return output.reshape<tfjs.Tensor1D>([-1]);
    return shuffled(output, factor).reshape<tfjs.Tensor1D>([-1]);
  });
}
