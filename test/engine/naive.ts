// Networks as their definition reads, in float64 and without any cleverness: the oracle of the fast engines.
import type { Batch } from '../../src/engine/engine';
import { type Area, areaOf } from '../../src/engine/losses/area';
import { losses, type LossName } from '../../src/engine/losses/losses';
import type { Activation, Model } from '../../src/network/network';
import { layerSlices, type LayerSlice, planesOut } from '../../src/network/parameters';

/** One picture of some planes. */
export interface Value {
  data: Float64Array;
  planes: number;
  width: number;
  height: number;
}

const empty = (planes: number, width: number, height: number): Value => ({
  data: new Float64Array(planes * width * height),
  planes,
  width,
  height,
});

const slopeOf = (activation: Activation, learnt: number) => (activation === 'leaky' ? 0.1 : learnt);

function activate(activation: Activation, sum: number, learnt: number): number {
  if (activation === 'linear') return sum;
  if (activation === 'tanh') return Math.tanh(sum);
  if (activation === 'relu') return Math.max(0, sum);
  return sum > 0 ? sum : slopeOf(activation, learnt) * sum;
}

function derivative(activation: Activation, sum: number, learnt: number): number {
  if (activation === 'linear') return 1;
  if (activation === 'tanh') return 1 - Math.tanh(sum) ** 2;
  if (activation === 'relu') return sum > 0 ? 1 : 0;
  return sum > 0 ? 1 : slopeOf(activation, learnt);
}

type Visit = (weight: number, source: number, target: number) => void;

/** Calls back for each product: which weight, which input sample, which output sample. */
function eachProduct(slice: LayerSlice, from: Value, to: Value, visit: Visit): void {
  const { kind, filters, inputs, kernel, stride } = slice;
  const pad = kind === 'convolution' ? (kernel - 1) / 2 : Math.max(0, Math.ceil((kernel - stride) / 2));
  for (let f = 0; f < filters; f++)
    for (let i = 0; i < inputs; i++)
      for (let r = 0; r < kernel; r++)
        for (let c = 0; c < kernel; c++) {
          const pair = kind === 'convolution' ? f * inputs + i : i * filters + f;
          const weight = (pair * kernel + r) * kernel + c;
          for (let y = 0; y < from.height; y++)
            for (let x = 0; x < from.width; x++) {
              // A convolution gathers, a transposed one scatters: PyTorch's padding is chosen so that its output lies
              // in the middle.
              const toX = kind === 'convolution' ? x - c + pad : x * stride + c - pad;
              const toY = kind === 'convolution' ? y - r + pad : y * stride + r - pad;
              if (toX < 0 || toY < 0 || toX >= to.width || toY >= to.height) continue;
              visit(weight, (i * from.height + y) * from.width + x, (f * to.height + toY) * to.width + toX);
            }
        }
}

/** The sample of [planes][height][width] that a shuffled sample comes from. */
function shuffledFrom(index: number, to: Value, factor: number): number {
  const x = index % to.width;
  const y = Math.floor(index / to.width) % to.height;
  const plane = Math.floor(index / (to.width * to.height));
  const from = plane * factor ** 2 + (y % factor) * factor + (x % factor);
  const [width, height] = [to.width / factor, to.height / factor];
  return (from * height + Math.floor(y / factor)) * width + Math.floor(x / factor);
}

/** The plane of a smaller value that is added to a plane of a larger one. */
const repeated = (plane: number, from: Value, to: Value) => Math.floor(plane / (to.planes / from.planes));

/** Outputs and, for each convolution of a layer, the sums before the activation; the input is number 0. */
interface Steps {
  values: Value[];
  sums: Float64Array[][];
}

const slicesOf = ({ network }: Model, index: number) => layerSlices(network).filter(({ layer }) => layer === index);

/** Adds one of a layer's `count` convolutions, of which the mean is taken; returns the sums before the activation. */
function convolve({ weights }: Model, slice: LayerSlice, from: Value, to: Value, count: number): Float64Array {
  const area = to.width * to.height;
  const sums = new Float64Array(to.data.length);
  eachProduct(slice, from, to, (weight, source, target) => {
    sums[target] += weights[slice.kernelStart + weight] * from.data[source];
  });
  for (let i = 0; i < sums.length; i++) sums[i] += weights[slice.biasStart + Math.floor(i / area)];
  sums.forEach((sum, i) => {
    to.data[i] += activate(slice.activation, sum, weights[slice.slopeStart + Math.floor(i / area)]) / count;
  });
  return sums;
}

function forward(model: Model, input: Value): Steps {
  const { network } = model;
  const values = [input];
  const sums: Float64Array[][] = [[]];
  for (const [index, layer] of network.layers.entries()) {
    const from = values[index];
    const times = layer.kind === 'transposed' ? layer.stride : layer.kind === 'shuffle' ? layer.factor : 1;
    const to = empty(planesOut(layer, from.planes), from.width * times, from.height * times);
    const area = to.width * to.height;
    const slices = slicesOf(model, index);
    if (layer.kind === 'add') {
      const other = values[layer.layer === 'input' ? 0 : layer.layer + 1];
      from.data.forEach((value, i) => {
        const plane = repeated(Math.floor(i / area), other, to);
        to.data[i] = value + other.data[plane * area + (i % area)];
      });
    } else if (layer.kind === 'shuffle')
      to.data.forEach((_, i) => (to.data[i] = from.data[shuffledFrom(i, to, times)]));
    sums.push(slices.map((slice) => convolve(model, slice, from, to, slices.length)));
    values.push(to);
  }
  return { values, sums };
}

/** Adds the gradients that a layer's output gradient means for its inputs and its parameters. */
function backward(model: Model, steps: Steps, gradients: Value[], index: number, sum: Float64Array) {
  const { network, weights } = model;
  const layer = network.layers[index];
  const [from, to] = [steps.values[index], steps.values[index + 1]];
  const [below, above] = [gradients[index], gradients[index + 1]];
  const area = to.width * to.height;
  if (layer.kind === 'add') {
    const other = layer.layer === 'input' ? 0 : layer.layer + 1;
    above.data.forEach((value, i) => {
      below.data[i] += value;
      gradients[other].data[repeated(Math.floor(i / area), steps.values[other], to) * area + (i % area)] += value;
    });
  } else if (layer.kind === 'shuffle') {
    above.data.forEach((value, i) => (below.data[shuffledFrom(i, to, layer.factor)] += value));
  }
  const slices = slicesOf(model, index);
  for (const [branch, slice] of slices.entries()) {
    const delta = above.data.map((sumOfBranches, i) => {
      const plane = Math.floor(i / area);
      const value = sumOfBranches / slices.length;
      const before = steps.sums[index + 1][branch][i];
      if (slice.activation === 'prelu') sum[slice.slopeStart + plane] += before > 0 ? 0 : value * before;
      const d = value * derivative(slice.activation, before, weights[slice.slopeStart + plane]);
      sum[slice.biasStart + plane] += d;
      return d;
    });
    eachProduct(slice, from, to, (weight, source, target) => {
      sum[slice.kernelStart + weight] += delta[target] * from.data[source];
      below.data[source] += delta[target] * weights[slice.kernelStart + weight];
    });
  }
}

/** The network's output for one picture, [channels][height][width]. */
export function naivePredict(model: Model, input: ArrayLike<number>, width: number, height: number): Float64Array {
  const picture = { data: Float64Array.from(input), planes: model.network.channels, width, height };
  return forward(model, picture).values.at(-1)!.data;
}

/** The sum of a loss over the outputs of `area`, whose slopes are written to `slopes`. */
function naiveLoss(
  name: LossName,
  { data, planes, width, height }: Value,
  area: Area,
  slopes: Float64Array,
  change?: ArrayLike<number>,
): number {
  const loss = losses[name];
  const side = loss.kind === 'frequencies' ? 8 : 1;
  let sum = 0;
  for (let plane = 0; plane < planes; plane++)
    for (let top = area.top; top < area.top + area.height; top += side)
      for (let left = area.left; left < area.left + area.width; left += side) {
        const at = Array.from({ length: side * side }, (_, i) => {
          const [x, y] = [left + (i % side), top + Math.floor(i / side)];
          return (plane * height + y) * width + x;
        });
        const errors = at.map((i) => data[i]);
        if (loss.kind === 'frequencies') {
          const weights = loss.weights(change);
          sum += loss.value(errors, weights);
          loss.slopes(errors, weights).forEach((slope, i) => (slopes[at[i]] = slope));
        } else {
          sum += loss.value(errors[0]);
          slopes[at[0]] = loss.slope(errors[0]);
        }
      }
  return sum;
}

export function naiveLossAndGradient(
  model: Model,
  { input, target }: Batch,
  border = 0,
  lossName: LossName = 'mse',
  change?: ArrayLike<number>,
): { loss: number; gradient: Float64Array } {
  const { channels } = model.network;
  const area = areaOf(lossName, target, border);
  const total = target.count * channels * area.width * area.height;
  const gradient = new Float64Array(model.weights.length);
  let loss = 0;
  for (let n = 0; n < input.count; n++) {
    const part = ({ data, width, height }: typeof input) =>
      Float64Array.from(data.subarray(n * channels * width * height, (n + 1) * channels * width * height));
    const picture = { data: part(input), planes: channels, width: input.width, height: input.height };
    const steps = forward(model, picture);
    const gradients = steps.values.map(({ planes, width, height }) => empty(planes, width, height));
    const wanted = part(target);
    const output = steps.values.at(-1)!.data;
    const errors = { ...steps.values.at(-1)!, data: output.map((value, i) => value - wanted[i]) };
    loss += naiveLoss(lossName, errors, area, gradients.at(-1)!.data, change) / total;
    gradients.at(-1)!.data.forEach((_, i, delta) => (delta[i] /= total));
    for (let l = model.network.layers.length - 1; l >= 0; l--) backward(model, steps, gradients, l, gradient);
  }
  return { loss, gradient };
}
