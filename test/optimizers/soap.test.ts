import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { normal, type RandomState } from '../../src/random';
import { newOptimizerState, type OptimizerName } from '../../src/optimizers/optimizers';
import { update } from '../../src/optimizers/update';
import type { Model } from '../../src/network/network';
import { layerSlices } from '../../src/network/parameters';
import { initialize } from '../../src/network/initialize';

const golden = JSON.parse(readFileSync(join(__dirname, '../golden/soap.json'), 'utf8'));

/** Fills with values in -1..1 of the generator of Numerical Recipes, as makeSoapGolden.py does. */
function fillNext(gradient: Float32Array, state: number): number {
  for (let i = 0; i < gradient.length; i++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    gradient[i] = state / 2 ** 31 - 1;
  }
  return state;
}

test('SOAP walks the path of its definition in numpy', () => {
  const layers = chain([
    { filters: 9, kernel: 3, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]);
  const model = initialize(layers);
  model.weights.fill(0);
  const state = newOptimizerState(model, 'soap'),
    gradient = new Float32Array(model.weights.length);
  for (let step = 0, random = 1; step < golden.steps; step++) {
    random = fillNext(gradient, random);
    update(model, gradient, state, { optimizer: 'soap', learningRate: golden.rate });
  }
  assert.equal(model.weights.length, golden.weights.length);
  model.weights.forEach((weight, i) =>
    assert.ok(Math.abs(weight - golden.weights[i]) < 1e-5, `weight ${i}: ${weight}, not ${golden.weights[i]}`),
  );
});

test('the bases stay orthonormal, also where a filter never gets a gradient', () => {
  const model = initialize(
    chain([
      { filters: 5, kernel: 3, activation: 'relu' },
      { filters: 1, kernel: 5, activation: 'linear' },
    ]),
  );
  const slices = layerSlices(model.network);
  const state = newOptimizerState(model, 'soap'),
    gradient = new Float32Array(model.weights.length);
  for (let step = 0, random = 1; step < 40; step++) {
    random = fillNext(gradient, random);
    gradient.fill(0, 9, 18);
    update(model, gradient, state, { optimizer: 'soap', learningRate: 1e-3 });
  }
  let start = 0;
  for (const side of slices.flatMap(({ filters, inputs, kernel }) => [filters, inputs, kernel ** 2])) {
    const rows = Array.from({ length: side }, (_, i) =>
      state.moments[3].subarray(start + i * side, start + (i + 1) * side),
    );
    start += side ** 2;
    rows.forEach((a, i) =>
      rows.forEach((b, j) => {
        const product = a.reduce((sum, value, k) => sum + value * b[k], 0);
        assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-5, `rows ${i} and ${j} of a basis of ${side}: ${product}`);
      }),
    );
  }
  assert.ok(model.weights.every(Number.isFinite));
});

/**
 * The distance of a 9 x 9 filter from its target after 300 steps, when neighbouring inputs are as similar as a
 * photograph's pixels.
 */
function distanceAfter(optimizer: OptimizerName, learningRate: number): number {
  const model: Model = initialize(chain([{ filters: 1, kernel: 9, activation: 'linear' }]));
  const random: RandomState = { seed: 3, draws: 0 };
  const target = Float32Array.from({ length: 81 }, () => 0.1 * normal(random));
  model.weights.fill(0);
  const state = newOptimizerState(model, optimizer),
    gradient = new Float32Array(82);
  for (let step = 0; step < 300; step++) {
    gradient.fill(0);
    for (let sample = 0; sample < 16; sample++) {
      let level = 0;
      const input = Float32Array.from(target, () => (level = 0.97 * level + 0.25 * normal(random)));
      const error = input.reduce((sum, value, i) => sum + value * (model.weights[i] - target[i]), 0);
      input.forEach((value, i) => (gradient[i] += (2 * error * value) / 16));
    }
    update(model, gradient, state, { optimizer, learningRate }, 1 - step / 300);
  }
  return target.reduce((sum, value, i) => sum + (model.weights[i] - value) ** 2, 0);
}

test('on inputs as alike as neighbouring pixels SOAP comes nearer than Adam at the best of its rates', () => {
  const adam = Math.min(...[1e-3, 3e-3, 1e-2, 3e-2].map((rate) => distanceAfter('adam', rate)));
  const soap = Math.min(...[3e-3, 1e-2, 3e-2].map((rate) => distanceAfter('soap', rate)));
  assert.ok(soap < adam / 2, `SOAP ${soap}, Adam ${adam}`);
});
