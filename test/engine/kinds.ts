// Networks with every kind of layer, and how an engine is held against the plain definition of them.
import assert from 'node:assert/strict';
import type { Batch, Engine } from '../../src/engine/engine';
import type { LossName } from '../../src/engine/losses/losses';
import { networkNamed } from '../../src/network/families/families';
import { fsrcnn } from '../../src/network/families/fsrcnn';
import { plain } from '../../src/network/families/plain';
import { initialize } from '../../src/network/initialize';
import type { Activation, Layer, Model, Network } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import { normal, type RandomState, uniform } from '../../src/random';
import { randomPlanes, relativeError } from './compare';
import { naiveLossAndGradient, naivePredict } from './naive';

export const convolution = (filters: number, kernel: number, activation: Activation): Layer => ({
  kind: 'convolution',
  filters,
  kernel,
  activation,
});

/** Skips over one layer and over three, all activations, a skip from the input, a shuffle. */
export const skips = (channels: 1 | 3): Network => ({
  name: 'skips',
  channels,
  reads: 'small',
  scale: 2,
  layers: [
    convolution(6, 3, 'prelu'),
    convolution(6, 3, 'tanh'),
    { kind: 'add', layer: 0 },
    convolution(12, 1, 'leaky'),
    convolution(6, 5, 'relu'),
    { kind: 'add', layer: 1 },
    convolution(4 * channels, 3, 'prelu'),
    { kind: 'add', layer: 'input' },
    { kind: 'shuffle', factor: 2 },
  ],
});

/** Branches behind each other, with and without learnt slopes, and a transposed convolution behind them. */
export const branches = (channels: 1 | 3): Network => ({
  name: 'branches',
  channels,
  reads: 'small',
  scale: 2,
  layers: [
    { kind: 'parallel', filters: 5, kernels: [1, 5, 3], activation: 'prelu' },
    convolution(4, 3, 'prelu'),
    { kind: 'parallel', filters: 3, kernels: [3, 1], activation: 'relu' },
    convolution(4, 1, 'relu'),
    { kind: 'add', layer: 1 },
    { kind: 'transposed', filters: channels, kernel: 4, stride: 2, activation: 'linear' },
  ],
});

export const networks: Network[] = [
  skips(1),
  skips(3),
  plain({ filters: 13, depth: 2, scale: 3 }),
  plain({ filters: 9, depth: 2, scale: 2, channels: 3 }),
  fsrcnn({ d: 7, s: 5, m: 2, scale: 2 }),
  fsrcnn({ d: 5, s: 3, m: 1, scale: 3, channels: 3 }),
  fsrcnn({ d: 5, s: 3, m: 1, scale: 4 }),
  networkNamed('espcn', { scale: 2 }),
  branches(1),
  branches(3),
  { ...networkNamed('9-1-5-residual', { channels: 3 }) },
  {
    name: 'tanh at the end',
    channels: 1,
    reads: 'enlarged',
    scale: 1,
    layers: [convolution(3, 3, 'leaky'), convolution(1, 3, 'tanh')],
  },
];

/** Weights and slopes without a pattern; some slopes are negative. */
export function model(network: Network, random: RandomState): Model {
  const made = initialize(network, { seed: 3 });
  for (const { biasStart, slopeStart, end } of layerSlices(network)) {
    for (let i = biasStart; i < slopeStart; i++) made.weights[i] = 0.1 * normal(random);
    for (let i = slopeStart; i < end; i++) made.weights[i] = uniform(random) - 0.3;
  }
  return made;
}

export function batch(
  { channels, scale }: Network,
  random: RandomState,
  count: number,
  width: number,
  height: number,
): Batch {
  return {
    input: randomPlanes(random, count, width, height, channels),
    target: randomPlanes(random, count, width * scale, height * scale, channels),
  };
}

/** The same words for a network in all titles. */
export const titleOf = ({ name, channels, scale }: Network) => `${name}, ${channels} channels, x${scale}`;

/** Holds an engine's loss, gradient (layer by layer) and picture against the definition. */
export async function compareWithDefinition(engine: Engine, network: Network, limit = 1e-5): Promise<void> {
  const random: RandomState = { seed: 21, draws: 0 };
  const made = model(network, random);
  for (const [width, height, border] of [
    [9, 7, 0],
    [16, 13, 3],
    [21, 18, 5],
  ]) {
    const pairs = batch(network, random, 3, width, height);
    const gradient = new Float32Array(made.weights.length).fill(NaN);
    const loss = await engine.lossAndGradient(made, pairs, gradient, { border });
    const expected = naiveLossAndGradient(made, pairs, border);
    const what = `${width}x${height}, border ${border}`;
    assert.ok(Math.abs(loss / expected.loss - 1) < limit, `${what}: loss ${loss}, not ${expected.loss}`);
    for (const { kernelStart, end, layer } of layerSlices(network)) {
      const part = [gradient.subarray(kernelStart, end), expected.gradient.subarray(kernelStart, end)] as const;
      assert.ok(relativeError(...part) < limit, `${what}: layer ${layer + 1} is off by ${relativeError(...part)}`);
    }
    assert.equal(await engine.lossAndGradient(made, pairs, null, { border }), loss);
    const one = network.channels * width * height;
    const output = await engine.predict(made, { ...pairs.input, count: 1, data: pairs.input.data.subarray(0, one) });
    assert.deepEqual([output.width, output.height], [width * network.scale, height * network.scale]);
    const right = naivePredict(made, pairs.input.data.subarray(0, one), width, height);
    const error = relativeError(output.data, right);
    assert.ok(error < limit, `${what}: picture off by ${error}`);
  }
}

/** Holds an engine's value and gradient of a loss against the definition, with and without a border. */
export async function compareLoss(engine: Engine, loss: LossName, limit = 1e-5): Promise<void> {
  const random: RandomState = { seed: 4, draws: 0 };
  const network = skips(1);
  const made = model(network, random);
  const pairs = batch(network, random, 2, 9, 7);
  const change = Float32Array.from({ length: 64 }, () => 0.1 + uniform(random));
  for (const border of [0, 3]) {
    const gradient = new Float32Array(made.weights.length);
    const value = await engine.lossAndGradient(made, pairs, gradient, { loss, border, change });
    const expected = naiveLossAndGradient(made, pairs, border, loss, change);
    assert.ok(Math.abs(value / expected.loss - 1) < limit, `border ${border}: ${value}, not ${expected.loss}`);
    assert.ok(relativeError(gradient, expected.gradient) < limit, `border ${border}: the gradient is off`);
  }
}
