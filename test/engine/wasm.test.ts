import assert from 'node:assert/strict';
import { chain, type ChainLayer } from '../../src/network/families/srcnn';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { EngineError, ImageTooSmallError, OptionError } from '../../src/errors';
import { type Engine, type Planes, planesOf } from '../../src/engine/engine';
import { randomBatch, relativeError } from './compare';
import { CONTROL_BYTE, GENERATION, PENDING } from '../../src/engine/wasm/task';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { createTestedEngine } from './kernelsUnderTest';
import { normal, type RandomState, uniform } from '../../src/random';
import { naiveLossAndGradient, naivePredict } from './naive';
import type { Network } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import { initialize } from '../../src/network/initialize';

let engine: Engine;
before(async () => void (engine = await createTestedEngine()));
after(() => engine.close());

function randomLayers(random: RandomState): Network {
  const whole = (below: number) => Math.floor(uniform(random) * below);
  const hidden = Array.from({ length: 1 + whole(3) }, (): ChainLayer => ({
    filters: 1 + whole(9),
    kernel: 1 + 2 * whole(6),
    activation: uniform(random) < 0.8 ? 'relu' : 'linear',
  }));
  return chain([...hidden, { filters: 1, kernel: 1 + 2 * whole(6), activation: 'linear' }]);
}

test('loss, gradient and output agree with the definition for random chains of layers and patch sizes', async () => {
  const random: RandomState = { seed: 7, draws: 0 };
  for (let trial = 0; trial < 25; trial++) {
    const model = initialize(randomLayers(random), { seed: trial });
    for (const { biasStart, end } of layerSlices(model.network))
      for (let i = biasStart; i < end; i++) model.weights[i] = normal(random);
    const [width, height] = [1 + Math.floor(uniform(random) * 40), 1 + Math.floor(uniform(random) * 20)];
    const batch = randomBatch(random, 1 + Math.floor(uniform(random) * 3), width, height);
    const what = `trial ${trial}: ${layerSlices(model.network)
      .map((l) => `${l.filters}x${l.kernel}`)
      .join(' ')} on ${width}x${height}`;
    const border = Math.min(4 * (trial % 4), Math.floor((Math.min(width, height) - 1) / 2));
    const gradient = new Float32Array(model.weights.length);
    const loss = await engine.lossAndGradient(model, batch, gradient, { border });
    const expected = naiveLossAndGradient(model, batch, border);
    assert.ok(Math.abs(loss / expected.loss - 1) < 1e-5, `${what}: loss ${loss}, not ${expected.loss}`);
    assert.ok(relativeError(gradient, expected.gradient) < 1e-5, `${what}: gradient`);
    const plane = { ...batch.input, count: 1 };
    const output = await engine.predict(model, plane);
    const error = relativeError(output.data, naivePredict(model, plane.data, width, height));
    assert.ok(error < 1e-5, `${what}: output is off by ${error}`);
  }
});

test(
  '5x5 kernels between many planes agree with the definition for widths that fill their tiles of four or not, ' +
    'with and without a border',
  async () => {
    const relu = (filters: number, kernel: number): ChainLayer => ({ filters, kernel, activation: 'relu' });
    const model = initialize(
      chain([relu(11, 3), relu(9, 5), relu(10, 5), { filters: 1, kernel: 5, activation: 'linear' }]),
      {
        seed: 4,
      },
    );
    const random: RandomState = { seed: 11, draws: 0 };
    for (const [width, height, border] of [
      [16, 9, 0],
      [17, 12, 0],
      [19, 5, 0],
      [1, 1, 0],
      [24, 24, 7],
      [21, 18, 4],
      [22, 20, 8],
    ]) {
      const batch = randomBatch(random, 2, width, height);
      const gradient = new Float32Array(model.weights.length);
      const loss = await engine.lossAndGradient(model, batch, gradient, { border });
      const expected = naiveLossAndGradient(model, batch, border);
      assert.ok(
        Math.abs(loss / expected.loss - 1) < 1e-5,
        `${width}x${height}, border ${border}: loss ${loss}, not ${expected.loss}`,
      );
      assert.ok(
        relativeError(gradient, expected.gradient) < 2e-6,
        `${width}x${height}, border ${border}: gradient is off by ${relativeError(gradient, expected.gradient)}`,
      );
    }
  },
);

test('a picture of several tiles comes out as if there were no tiles', async () => {
  const model = initialize('9-1-7', { seed: 3 });
  const [width, height] = [150, 70];
  const data = Float32Array.from({ length: width * height }, (_, i) => Math.sin(i / 5));
  const output = await engine.predict(model, planesOf([{ data, width, height }]));
  assert.ok(relativeError(output.data, naivePredict(model, data, width, height)) < 1e-5);
});

test('where strips and segments meet does not change a bit of a pixel', async () => {
  const random: RandomState = { seed: 5, draws: 0 };
  const [width, height, part] = [290, 150, { width: 203, height: 90 }];
  const data = Float32Array.from({ length: width * height }, () => normal(random));
  const cut = Float32Array.from(
    { length: part.width * part.height },
    (_, i) => data[Math.floor(i / part.width) * width + (i % part.width)],
  );
  for (const kernel of [1, 3, 5, 7, 9, 11]) {
    const model = initialize(
      chain([
        { filters: 6, kernel, activation: 'relu' },
        { filters: 1, kernel: 5, activation: 'linear' },
      ]),
      { seed: kernel },
    );
    const whole = await engine.predict(model, planesOf([{ data, width, height }])),
      output = await engine.predict(model, planesOf([{ data: cut, ...part }]));
    // One more than the network's reach: outputs are computed in pairs, and the rounding of a pair is the same only
    // if all inputs of both are the same.
    const reach = (kernel - 1) / 2 + 2 + 1;
    for (let y = 0; y < part.height - reach; y++) {
      const row = (of: Planes) => of.data.slice(y * of.width, y * of.width + part.width - reach);
      assert.deepEqual(row(output), row(whole), `kernel ${kernel}, row ${y}`);
    }
  }
});

test('the number of threads does not change a bit of the gradient', async () => {
  const model = initialize('9-1-7', { seed: 1 });
  const batch = randomBatch({ seed: 2, draws: 0 }, 40, 32, 32);
  const one = await createTestedEngine(1);
  const gradients = [new Float32Array(model.weights.length), new Float32Array(model.weights.length)];
  const losses = [
    await engine.lossAndGradient(model, batch, gradients[0]),
    await one.lossAndGradient(model, batch, gradients[1]),
  ];
  await one.close();
  assert.equal(losses[0], losses[1]);
  assert.deepEqual(gradients[0], gradients[1]);
});

test('calls made at once are answered one after the other, each with its own result', async () => {
  const models = [1, 2, 3].map((seed) => initialize('9-5-5', { seed }));
  const plane = planesOf([{ data: new Float32Array(64).fill(0.5), width: 8, height: 8 }]);
  const together = await Promise.all(models.map((model) => engine.predict(model, plane)));
  for (const [i, model] of models.entries())
    assert.deepEqual(together[i].data, (await engine.predict(model, plane)).data);
  assert.notDeepEqual(together[0].data, together[1].data);
});

test('options out of range are refused by name', async () => {
  const model = initialize('9-1-7');
  const batch = randomBatch({ seed: 1, draws: 0 }, 1, 8, 8);
  await assert.rejects(createWasmEngine({ threads: 0 }), OptionError);
  assert.throws(() => engine.lossAndGradient(model, batch, new Float32Array(3)), OptionError);
  assert.throws(() => engine.lossAndGradient(model, batch, new Float32Array(8897), { border: 4 }), ImageTooSmallError);
  const closed = await createTestedEngine(1);
  await closed.close();
  assert.throws(
    () => closed.predict(model, planesOf([{ data: new Float32Array(1), width: 1, height: 1 }])),
    EngineError,
  );
});

test('an engine that has lost a thread says so at once, and at every further call', async () => {
  const broken = await createTestedEngine();
  const plane = planesOf([{ data: new Float32Array(64), width: 8, height: 8 }]);
  await broken.predict(initialize('9-1-5'), plane);
  await (broken as unknown as { workers: Worker[] }).workers[1].terminate();
  for (let call = 0; call < 2; call++)
    await assert.rejects(
      broken.predict(initialize('9-1-5'), plane),
      (error: Error) => error instanceof EngineError && /a thread failed/.test(error.message),
    );
  await broken.close();
});

test('a notify that comes late, when every thread has done its task, wakes none of them', async () => {
  const late = await createTestedEngine(3);
  await late.predict(initialize('9-1-5'), planesOf([{ data: new Float32Array(64), width: 8, height: 8 }]));
  const { memory } = late as unknown as { memory: WebAssembly.Memory };
  const control = new Int32Array(memory.buffer, CONTROL_BYTE, 1024);
  for (let time = 0; time < 5; time++) {
    await sleep(20);
    Atomics.notify(control, GENERATION);
  }
  await sleep(20);
  assert.equal(Atomics.load(control, PENDING), 0, 'a thread that did the task again has subtracted itself again');
  await late.close();
});

test('work that is asked for while the engine closes is refused, and work before that is done', async () => {
  const closing = await createTestedEngine();
  const model = initialize('9-1-5');
  const plane = planesOf([{ data: new Float32Array(64).fill(0.5), width: 8, height: 8 }]);
  const before = closing.predict(model, plane);
  const closed = closing.close();
  await assert.rejects(async () => closing.predict(model, plane), EngineError);
  assert.deepEqual(await before, await engine.predict(model, plane));
  await closed;
});

test('a batch that no memory holds is an error that names batchSize', async () => {
  const model = initialize('9-5-5'),
    count = 2 ** 18;
  const planes = { data: new Float32Array(64 * count), count, channels: 1, width: 8, height: 8 };
  const batch = { input: planes, target: planes };
  await assert.rejects(
    engine.lossAndGradient(model, batch, new Float32Array(model.weights.length)),
    (error: Error) => error instanceof OptionError && /batchSize/.test(error.message),
  );
});

const reference = process.env.SRCNN_REFERENCE_DIR;
test(
  "loss and gradients equal PyTorch's, and are nearer to float64's",
  { skip: reference ? false : 'SRCNN_REFERENCE_DIR is not set' },
  async () => {
    const golden = JSON.parse(readFileSync(join(reference!, 'srcnn-step-torch.json'), 'utf8'));
    const flat = (tensors: Record<string, number[]>) =>
      Float32Array.from(
        ['conv1', 'conv2', 'conv3'].flatMap((name) => [...tensors[`${name}.weight`], ...tensors[`${name}.bias`]]),
      );
    const model = { ...initialize('9-1-7'), weights: flat(golden.weights) };
    const planes = (values: number[]) => ({
      data: Float32Array.from(values),
      count: 4,
      channels: 1,
      width: 32,
      height: 32,
    });
    const batch = { input: planes(golden.x), target: planes(golden.y) };
    const gradient = new Float32Array(model.weights.length);
    const loss = await engine.lossAndGradient(model, batch, gradient);
    assert.ok(Math.abs(loss / golden.loss - 1) < 1e-6);
    assert.ok(relativeError(gradient, flat(golden.grads)) < 1e-6);
    const exact = naiveLossAndGradient(model, batch, 0).gradient;
    const [ours, theirs] = [gradient, flat(golden.grads)].map((each) => relativeError(each, exact));
    assert.ok(ours < 2e-7 && ours < theirs, `ours is off by ${ours}, PyTorch's by ${theirs}`);
  },
);
