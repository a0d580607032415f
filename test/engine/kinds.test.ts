// Every kind of layer and loss: the engine against the plain definition, and that against finite differences.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OptionError } from '../../src/errors';
import type { Batch, Engine } from '../../src/engine/engine';
import { lossNames } from '../../src/engine/losses';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { networkNamed } from '../../src/network/families/families';
import { fsrcnn } from '../../src/network/families/fsrcnn';
import { plain } from '../../src/network/families/plain';
import { initialize } from '../../src/network/initialize';
import type { Activation, Layer, Model, Network } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import { normal, type RandomState, uniform } from '../../src/random';
import { randomPlanes, relativeError } from './compare';
import { naiveLossAndGradient, naivePredict } from './naive';

let engine: Engine;
before(async () => void (engine = await createWasmEngine({ threads: 2 })));
after(() => engine.close());

const convolution = (filters: number, kernel: number, activation: Activation): Layer => ({
  kind: 'convolution',
  filters,
  kernel,
  activation,
});

/** Skips over one layer and over three, all activations, a skip from the input, a shuffle. */
const skips = (channels: 1 | 3): Network => ({
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
const branches = (channels: 1 | 3): Network => ({
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

const networks: Network[] = [
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
function model(network: Network, random: RandomState): Model {
  const made = initialize(network, { seed: 3 });
  for (const { biasStart, slopeStart, end } of layerSlices(network)) {
    for (let i = biasStart; i < slopeStart; i++) made.weights[i] = 0.1 * normal(random);
    for (let i = slopeStart; i < end; i++) made.weights[i] = uniform(random) - 0.3;
  }
  return made;
}

function batch({ channels, scale }: Network, random: RandomState, count: number, width: number, height: number): Batch {
  return {
    input: randomPlanes(random, count, width, height, channels),
    target: randomPlanes(random, count, width * scale, height * scale, channels),
  };
}

for (const network of networks) {
  const title = `${network.name}, ${network.channels} channels, x${network.scale}`;
  test(`loss, gradient and picture of ${title} agree with the definition`, async () => {
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
      assert.ok(Math.abs(loss / expected.loss - 1) < 1e-5, `${what}: loss ${loss}, not ${expected.loss}`);
      for (const { kernelStart, end, layer } of layerSlices(network)) {
        const part = [gradient.subarray(kernelStart, end), expected.gradient.subarray(kernelStart, end)] as const;
        assert.ok(relativeError(...part) < 1e-5, `${what}: layer ${layer + 1} is off by ${relativeError(...part)}`);
      }
      const alone = await engine.lossAndGradient(made, pairs, null, { border });
      assert.equal(alone, loss);
      const picture = { ...pairs.input, count: 1 };
      const output = await engine.predict(made, picture);
      assert.deepEqual([output.width, output.height], [width * network.scale, height * network.scale]);
      const one = network.channels * width * height;
      const right = naivePredict(made, pairs.input.data.subarray(0, one), width, height);
      assert.ok(
        relativeError(output.data, right) < 1e-5,
        `${what}: picture off by ${relativeError(output.data, right)}`,
      );
    }
  });
}

test(
  'a picture of several strips, segments and bands comes out as if it were one, for a ' + 'network with skips',
  async () => {
    const random: RandomState = { seed: 8, draws: 0 };
    for (const network of [skips(1), plain({ filters: 4, depth: 3, scale: 3 })]) {
      const made = model(network, random);
      const [width, height] = [260, 150];
      const { data } = randomPlanes(random, 1, width, height);
      const output = await engine.predict(made, { data, count: 1, channels: 1, width, height });
      assert.ok(relativeError(output.data, naivePredict(made, data, width, height)) < 1e-5);
    }
  },
);

for (const loss of lossNames)
  test(`the ${loss} loss and its gradient agree with the definition`, async () => {
    const random: RandomState = { seed: 4, draws: 0 };
    const network = skips(1);
    const made = model(network, random);
    const pairs = batch(network, random, 2, 8, 6);
    const gradient = new Float32Array(made.weights.length);
    const value = await engine.lossAndGradient(made, pairs, gradient, { loss });
    const expected = naiveLossAndGradient(made, pairs, 0, loss);
    assert.ok(Math.abs(value / expected.loss - 1) < 1e-5);
    assert.ok(relativeError(gradient, expected.gradient) < 1e-5);
  });

for (const [network, loss] of [
  ...networks.map((network) => [network, 'mse'] as const),
  ...lossNames.map((loss) => [skips(1), loss] as const),
])
  test(
    `the definition's gradient of ${network.name} x${network.scale}, ${network.channels} channels, with ` +
      `${loss} equals finite differences`,
    () => {
      const random: RandomState = { seed: 6, draws: 0 };
      const made = model(network, random);
      const pairs = batch(network, random, 1, 5, 4);
      const { gradient } = naiveLossAndGradient(made, pairs, 0, loss);
      const slices = layerSlices(network);
      for (const { kernelStart, biasStart, slopeStart, end } of slices)
        for (const at of [kernelStart, biasStart - 1, biasStart, slopeStart < end ? slopeStart : biasStart]) {
          // A power of two near what rounding allows: the weights are float32, the losses float64.
          const step = 2 ** -12;
          const at2 = (sign: number) => {
            const weights = made.weights.slice();
            weights[at] += sign * step;
            return naiveLossAndGradient({ ...made, weights }, pairs, 0, loss).loss;
          };
          const difference = (at2(1) - at2(-1)) / (2 * step);
          const scale = Math.max(Math.abs(gradient[at]), 1e-3);
          assert.ok(
            Math.abs(difference - gradient[at]) < 0.02 * scale,
            `weight ${at}: ${gradient[at]}, not ${difference}`,
          );
        }
    },
  );

test('a transposed convolution that is not the last layer, and branches that no convolution reads, are refused', () => {
  const refused: [Partial<Network>, RegExp][] = [
    [
      {
        layers: [
          { kind: 'transposed', filters: 1, kernel: 4, stride: 2, activation: 'linear' },
          convolution(1, 3, 'linear'),
        ],
      },
      /must be the last layer/,
    ],
    [
      {
        layers: [
          { kind: 'parallel', filters: 4, kernels: [1, 3], activation: 'relu' },
          { kind: 'shuffle', factor: 2 },
        ],
      },
      /layer 1 has parallel branches, so a convolution must follow it/,
    ],
    [
      {
        layers: [
          { kind: 'parallel', filters: 4, kernels: [1, 3], activation: 'relu' },
          convolution(4, 3, 'relu'),
          { kind: 'add', layer: 0 },
          { kind: 'shuffle', factor: 2 },
        ],
      },
      /nothing else may read it/,
    ],
  ];
  for (const [change, message] of refused)
    assert.throws(
      () => engine.predict(initialize({ ...skips(1), ...change }), randomPlanes({ seed: 1, draws: 0 }, 1, 4, 4)),
      (error: Error) => error instanceof OptionError && message.test(error.message),
    );
});
