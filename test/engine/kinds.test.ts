// Every kind of layer and loss: the engine against the plain definition, and that against finite differences.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { OptionError } from '../../src/errors';
import type { Engine } from '../../src/engine/engine';
import { lossNames } from '../../src/engine/losses/losses';
import { createTestedEngine } from './kernelsUnderTest';
import { plain } from '../../src/network/families/plain';
import { initialize } from '../../src/network/initialize';
import type { Network } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import type { RandomState } from '../../src/random';
import { randomPlanes, relativeError } from './compare';
import { batch, compareLoss, compareWithDefinition, convolution, model, networks, skips, titleOf } from './kinds';
import { naiveLossAndGradient, naivePredict } from './naive';

let engine: Engine;
before(async () => void (engine = await createTestedEngine()));
after(() => engine.close());

for (const network of networks)
  test(`loss, gradient and picture of ${titleOf(network)} agree with the definition`, () =>
    compareWithDefinition(engine, network));

test('a picture of several strips, segments and bands comes out as one, for a network with skips', async () => {
  const random: RandomState = { seed: 8, draws: 0 };
  for (const network of [skips(1), plain({ filters: 4, depth: 3, scale: 3 })]) {
    const made = model(network, random);
    const [width, height] = [260, 150];
    const { data } = randomPlanes(random, 1, width, height);
    const output = await engine.predict(made, { data, count: 1, channels: 1, width, height });
    assert.ok(relativeError(output.data, naivePredict(made, data, width, height)) < 1e-5);
  }
});

for (const loss of lossNames)
  test(`the ${loss} loss and its gradient agree with the definition`, () => compareLoss(engine, loss));

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
          // With 2 ** -15 a sum of `skips` passes the kink of its ReLU.
          const step = 2 ** -17;
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
