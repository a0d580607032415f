// 3x3 layers between many planes by minimal filtering, against the plain definition in float64.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createTestedEngine } from './kernelsUnderTest';
import { winograd4x4 } from '../../src/engine/wasm/plan/winograd4x4';
import { planFor } from '../../src/engine/wasm/plan/plans';
import { initialize } from '../../src/network/initialize';
import type { Activation, Layer, Network } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import { normal, type RandomState } from '../../src/random';
import { randomBatch, randomPlanes, relativeError } from './compare';
import { naiveLossAndGradient, naivePredict } from './naive';

let engine: Engine;
before(async () => void (engine = await createTestedEngine()));
after(() => engine.close());

const convolution = (filters: number, activation: Activation, kernel = 3): Layer => ({
  kind: 'convolution',
  filters,
  kernel,
  activation,
});

const networkOf = (...layers: Layer[]): Network => ({
  name: 'threes',
  channels: 1,
  reads: 'enlarged',
  scale: 1,
  layers: [...layers, convolution(1, 'linear')],
});

test('the plan takes 3x3 layers of 12 to 64 planes, to train and to predict', () => {
  const shape = { inputs: 32, outputs: 32, kernel: 3, first: false, use: 'train' as const };
  assert.equal(planFor(shape), winograd4x4);
  for (const planes of [12, 64]) assert.equal(planFor({ ...shape, inputs: planes, outputs: planes }), winograd4x4);
  // The last layer of a network that enlarges three times.
  assert.equal(planFor({ ...shape, outputs: 9 }), winograd4x4);
  assert.equal(planFor({ ...shape, use: 'predict' }), winograd4x4);
  assert.notEqual(planFor({ ...shape, kernel: 5 }), winograd4x4);
  assert.notEqual(planFor({ ...shape, outputs: 65 }), winograd4x4);
  assert.notEqual(planFor({ ...shape, outputs: 4 }), winograd4x4);
});

async function check(network: Network, width: number, height: number, border: number): Promise<void> {
  const random: RandomState = { seed: 5, draws: 0 };
  const model = initialize(network, { seed: 2 });
  for (const { biasStart, slopeStart, end } of layerSlices(network)) {
    for (let i = biasStart; i < slopeStart; i++) model.weights[i] = 0.1 * normal(random);
    for (let i = slopeStart; i < end; i++) model.weights[i] = 0.3 * normal(random);
  }
  const batch = randomBatch(random, 2, width, height);
  const gradient = new Float32Array(model.weights.length);
  const loss = await engine.lossAndGradient(model, batch, gradient, { border });
  const expected = naiveLossAndGradient(model, batch, border);
  const planes = network.layers.map((layer) => (layer.kind === 'convolution' ? layer.filters : layer.kind)).join(' ');
  const what = `${planes} on ${width}x${height}, border ${border}`;
  assert.ok(Math.abs(loss / expected.loss - 1) < 1e-5, `${what}: loss ${loss}, not ${expected.loss}`);
  for (const { kernelStart, end } of layerSlices(network)) {
    const error = relativeError(gradient.subarray(kernelStart, end), expected.gradient.subarray(kernelStart, end));
    assert.ok(error < 5e-6, `${what}: the gradient from ${kernelStart} on is off by ${error}`);
  }
}

test('loss and gradient agree with the definition for sizes that fill 4x4 tiles or not, and for borders', async () => {
  const network = networkOf(convolution(13, 'prelu'), convolution(14, 'relu'), convolution(12, 'prelu'));
  for (const [width, height, border] of [
    [16, 16, 0],
    [17, 9, 0],
    [18, 10, 0],
    [19, 11, 0],
    [1, 1, 0],
    [3, 20, 0],
    [21, 4, 0],
    [20, 22, 3],
    [23, 21, 8],
  ])
    await check(network, width, height, border);
});

test('loss and gradient agree with the definition for mixed numbers of planes, also with a skip', async () => {
  await check(networkOf(convolution(64, 'relu'), convolution(12, 'prelu'), convolution(33, 'relu')), 13, 12, 0);
  await check(networkOf(convolution(9, 'relu'), convolution(31, 'tanh'), convolution(10, 'leaky')), 12, 14, 2);
  await check(
    networkOf(convolution(16, 'prelu'), convolution(16, 'prelu'), { kind: 'add', layer: 0 }, convolution(16, 'relu')),
    15,
    13,
    0,
  );
});

test('the number of threads and what was computed before do not change a bit of the gradient', async () => {
  const network = networkOf(convolution(12, 'prelu'), convolution(12, 'prelu'));
  const model = initialize(network, { seed: 1 });
  const batch = randomBatch({ seed: 2, draws: 0 }, 40, 18, 15);
  const one = await createTestedEngine(1);
  const gradients = [new Float32Array(model.weights.length), new Float32Array(model.weights.length)];
  await engine.lossAndGradient(initialize('9-5-5'), batch, null);
  await engine.lossAndGradient(model, batch, gradients[0]);
  await one.lossAndGradient(model, batch, gradients[1]);
  await one.close();
  assert.deepEqual(gradients[0], gradients[1]);
});

const skipping = networkOf(
  convolution(14, 'prelu'),
  convolution(14, 'relu'),
  convolution(14, 'tanh'),
  { kind: 'add', layer: 0 },
  convolution(12, 'prelu', 5),
  convolution(16, 'leaky'),
);

test('pictures of all widths and heights, of one strip and of several, agree with the definition', async () => {
  const random: RandomState = { seed: 9, draws: 0 };
  for (const network of [skipping, networkOf(convolution(13, 'relu', 1), convolution(12, 'prelu'))]) {
    const model = initialize(network, { seed: 3 });
    for (const [width, height] of [
      [1, 1],
      [5, 3],
      [16, 8],
      [23, 30],
      [133, 70],
      [262, 11],
    ]) {
      const picture = randomPlanes(random, 1, width, height);
      const { data } = await engine.predict(model, picture);
      const error = relativeError(data, naivePredict(model, picture.data, width, height));
      assert.ok(error < 1e-5, `${width}x${height}: off by ${error}`);
    }
  }
});

test('where strips and segments meet, and how many threads there are, does not change a bit of a pixel', async () => {
  const model = initialize(skipping, { seed: 4 });
  const [width, height, part] = [290, 150, { width: 203, height: 90 }];
  const picture = randomPlanes({ seed: 5, draws: 0 }, 1, width, height);
  const rows = (data: Float32Array, columns: number, row: number) =>
    data.slice(row * columns, row * columns + part.width);
  const cut = Float32Array.from(
    { length: part.width * part.height },
    (_, i) => picture.data[Math.floor(i / part.width) * width + (i % part.width)],
  );
  const whole = (await engine.predict(model, picture)).data;
  const inPart = (await engine.predict(model, { ...picture, ...part, data: cut })).data;
  // A layer of squares of 4 reaches 4 samples, the others their kernels' 1 and 2.
  const reach = 5 * 4 + 2 + 1;
  for (let y = 0; y < part.height - reach; y++)
    assert.deepEqual(
      rows(inPart, part.width, y).slice(0, part.width - reach),
      rows(whole, width, y).slice(0, part.width - reach),
      `row ${y}`,
    );
  const alone = await createTestedEngine(1);
  assert.deepEqual((await alone.predict(model, picture)).data, whole);
  await alone.close();
});
