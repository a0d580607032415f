import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import type { Engine } from '../../src/engine/engine';
import { OptionError, UnknownNameError } from '../../src/errors';
import { newOptimizerState, type OptimizerOptions, optimizers } from '../../src/optimizers/optimizers';
import { follow, layerRates, update } from '../../src/optimizers/update';
import type { Model } from '../../src/network/network';
import { chain } from '../../src/network/families/srcnn';
import { initialize } from '../../src/network/initialize';

const line = (weights: number[]): Model => ({
  ...initialize(chain([{ filters: 1, kernel: 1, activation: 'linear' }], 'line')),
  weights: Float32Array.from(weights),
});

test('SGD adds the gradient to a velocity that keeps its momentum', () => {
  const model = line([1, 2]);
  const state = newOptimizerState(model, 'sgd');
  const options: OptimizerOptions = { optimizer: 'sgd', learningRate: 0.5, momentum: 0.5 };
  update(model, Float32Array.of(1, -1), state, options);
  assert.deepEqual([...model.weights], [0.5, 2.5]);
  update(model, Float32Array.of(0, -1), state, options);
  assert.deepEqual([...model.weights], [0.25, 3.25]);
});

test('the first step of Adam is as long as the learning rate, whatever the gradient', () => {
  const model = line([0, 0]);
  update(model, Float32Array.of(1e-3, -40), newOptimizerState(model, 'adam'), {
    optimizer: 'adam',
    learningRate: 0.01,
  });
  assert.ok(Math.abs(model.weights[0] + 0.01) < 1e-6 && Math.abs(model.weights[1] - 0.01) < 1e-6);
});

test('weight decay makes kernels smaller beside the step of the gradient, and biases not', () => {
  const model = line([1, 2]);
  const options: OptimizerOptions = { optimizer: 'sgd', learningRate: 0.5, momentum: 0, weightDecay: 0.1 };
  update(model, Float32Array.of(1, -1), newOptimizerState(model, 'sgd'), options, 0.5);
  assert.ok(Math.abs(model.weights[0] - (1 * (1 - 0.25 * 0.1) - 0.25)) < 1e-7, String(model.weights[0]));
  assert.equal(model.weights[1], 2.25);
});

test('the moving average forgets the first weights soon, and then keeps as much of itself as it is told', () => {
  const ema = Float32Array.of(8);
  follow(ema, Float32Array.of(0), 0.5, 1);
  assert.ok(Math.abs(ema[0] - (8 * 2) / 11) < 1e-6);
  ema[0] = 8;
  follow(ema, Float32Array.of(0), 0.5, 1000);
  assert.equal(ema[0], 4);
});

test('a learning rate that is not above 0, or not one for each layer, is refused', () => {
  for (const rate of [0, -1, NaN, Infinity]) assert.throws(() => layerRates(rate, 3), OptionError);
  assert.throws(() => layerRates([1e-4, 1e-4], 3), OptionError);
  assert.throws(() => newOptimizerState(line([0, 0]), 'lion' as 'adam'), UnknownNameError);
});

const reference = process.env.SRCNN_REFERENCE_DIR;
let engine: Engine;
before(async () => void (engine = await createWasmEngine()));
after(() => engine.close());

for (const [optimizer, key] of [
  ['sgd', 'sgd_momentum'],
  ['adam', 'adam'],
] as const) {
  test(
    `ten steps of ${optimizer} walk PyTorch's path`,
    { skip: reference ? false : 'SRCNN_REFERENCE_DIR is not set' },
    async () => {
      const golden = JSON.parse(readFileSync(join(reference!, 'srcnn-step-torch.json'), 'utf8'));
      const weights = Float32Array.from(
        ['conv1', 'conv2', 'conv3'].flatMap((name) => [
          ...golden.weights[`${name}.weight`],
          ...golden.weights[`${name}.bias`],
        ]),
      );
      const model = { ...initialize('9-1-7'), weights };
      const planes = (values: number[]) => ({
        data: Float32Array.from(values),
        count: 4,
        channels: 1,
        width: 32,
        height: 32,
      });
      const batch = { input: planes(golden.x), target: planes(golden.y) };
      const rate = golden[key].lr;
      const options: OptimizerOptions = {
        optimizer,
        learningRate: optimizer === 'adam' ? rate.lr : [rate.conv1, rate.conv2, rate.conv3],
        momentum: golden[key].momentum,
      };
      const state = newOptimizerState(model, optimizer);
      const gradient = new Float32Array(weights.length);
      for (const expected of golden[key].losses) {
        const loss = await engine.lossAndGradient(model, batch, gradient);
        assert.ok(Math.abs(loss / expected - 1) < 1e-4, `loss ${loss}, not ${expected}`);
        update(model, gradient, state, options);
      }
      golden[key].conv1_weight_after_10.forEach((expected: number, i: number) =>
        assert.ok(Math.abs(model.weights[i] - expected) < 2e-5),
      );
      assert.ok(Math.abs(model.weights[8896] - golden[key].conv3_bias_after_10) < 2e-5);
    },
  );
}

test('every optimizer has the name that it is found by, and moves every weight against its gradient', () => {
  for (const [name, { name: own }] of Object.entries(optimizers)) {
    assert.equal(own, name);
    const optimizer = own as keyof typeof optimizers;
    const model = initialize(
      chain([
        { filters: 3, kernel: 3, activation: 'relu' },
        { filters: 1, kernel: 1, activation: 'linear' },
      ]),
    );
    const before = model.weights.slice();
    const gradient = model.weights.map((_, i) => (i % 2 ? 0.1 : -0.1));
    const state = newOptimizerState(model, optimizer);
    update(model, gradient, state, { optimizer, learningRate: 1e-2 });
    assert.equal(state.steps, 1);
    const product = model.weights.reduce((sum, weight, i) => sum + (weight - before[i]) * gradient[i], 0);
    assert.ok(product < 0 && model.weights.every((weight, i) => weight !== before[i]), name);
  }
});
