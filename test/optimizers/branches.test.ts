import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../src/errors';
import { srcnn } from '../../src/network/families/srcnn';
import { initialize } from '../../src/network/initialize';
import type { Network } from '../../src/network/network';
import { branchesOf, EDGES, type LayerBranches } from '../../src/optimizers/branches';
import { splitGradient, sumBranches } from '../../src/optimizers/branchSum';
import { firstBranches } from '../../src/optimizers/firstBranches';
import { newOptimizerState } from '../../src/optimizers/optimizers';
import { update } from '../../src/optimizers/update';
import { normal, type RandomState } from '../../src/random';

const model = initialize('plain-4x1');
const branches = branchesOf(model.network);

/** Normal values of a seed. */
function values(length: number, seed: number): Float32Array {
  const random: RandomState = { seed, draws: 0 };
  return Float32Array.from({ length }, () => normal(random));
}

type Planes = number[][];
const [WIDTH, HEIGHT] = [5, 4];

/** A convolution as its definition reads, zeros beyond the edge; `weight` is that of an output, an input and a tap. */
function convolve(
  planes: Planes,
  filters: number,
  side: number,
  weight: (o: number, i: number, tap: number) => number,
): Planes {
  const margin = (side - 1) / 2;
  return Array.from({ length: filters }, (_, o) =>
    Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
      let sum = 0;
      for (let tap = 0; tap < side ** 2; tap++) {
        const [x, y] = [(at % WIDTH) + (tap % side) - margin, Math.floor(at / WIDTH) + Math.floor(tap / side) - margin];
        if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT) continue;
        planes.forEach((plane, i) => (sum += weight(o, i, tap) * plane[y * WIDTH + x]));
      }
      return sum;
    }),
  );
}

/** The outputs of a layer's branches, each computed as two convolutions one after the other. */
function outputs({ own, widen, narrow, edges }: LayerBranches, input: Planes, parameters: Float32Array): Planes[] {
  const { inputs, filters } = own;
  const wide = widen.filters;
  const across = (start: number) => (o: number, i: number) => parameters[start + o * inputs + i];
  return [
    convolve(input, filters, 3, (o, i, tap) => parameters[own.kernelStart + (o * inputs + i) * 9 + tap]),
    convolve(
      convolve(input, wide, 1, across(widen.kernelStart)),
      filters,
      3,
      (o, d, tap) => parameters[narrow.kernelStart + (d * filters + o) * 9 + tap],
    ),
    ...edges.map(({ kernelStart, biasStart }, k) =>
      convolve(convolve(input, filters, 1, across(kernelStart)), filters, 3, (o, i, tap) =>
        o === i ? parameters[biasStart + o] * EDGES[k][tap] : 0,
      ),
    ),
  ];
}

test('the summed kernel gives what the branches give one after another and added, at the edges, too', () => {
  const parameters = values(branches.length, 1);
  const weights = new Float32Array(model.weights.length);
  sumBranches(weights, branches, parameters);
  assert.equal(branches.layers.length, 2);
  for (const layer of branches.layers) {
    const { inputs, filters, kernelStart, biasStart, end } = layer.own;
    const input = Array.from({ length: inputs }, (_, i) => [...values(WIDTH * HEIGHT, 2 + i)]);
    const summed = convolve(input, filters, 3, (o, i, tap) => weights[kernelStart + (o * inputs + i) * 9 + tap]);
    const parts = outputs(layer, input, parameters);
    assert.equal(parts.length, 5);
    summed.forEach((plane, o) =>
      plane.forEach((value, at) => {
        const wanted = parts.reduce((sum, part) => sum + part[o][at], 0);
        assert.ok(Math.abs(value - wanted) < 1e-4, `${value}, not ${wanted}`);
      }),
    );
    assert.deepEqual(weights.subarray(biasStart, end), parameters.subarray(biasStart, end), 'biases and slopes');
  }
});

test('the gradient of each parameter is the difference quotient through the sum', () => {
  const parameters = values(branches.length, 3);
  const gradient = values(model.weights.length, 4);
  const split = new Float32Array(branches.length);
  splitGradient(split, branches, parameters, gradient);
  const weights = new Float32Array(model.weights.length);
  // A loss whose gradient with respect to the weights is `gradient`, whatever the weights.
  const loss = () => {
    sumBranches(weights, branches, parameters);
    return weights.reduce((sum, weight, i) => sum + weight * gradient[i], 0);
  };
  for (let i = 0; i < branches.length; i++) {
    const before = parameters[i];
    parameters[i] = before + 0.25;
    const above = loss();
    parameters[i] = before - 0.25;
    const quotient = (above - loss()) / 0.5;
    parameters[i] = before;
    assert.ok(Math.abs(split[i] - quotient) < 1e-3, `parameter ${i}: ${split[i]}, not ${quotient}`);
  }
});

test('training begins with the weights of the model, and the same seed draws the same branches', () => {
  const parameters = firstBranches(model, 7);
  const weights = new Float32Array(model.weights.length);
  sumBranches(weights, branches, parameters);
  weights.forEach((weight, i) => assert.ok(Math.abs(weight - model.weights[i]) < 1e-6));
  assert.deepEqual(firstBranches(model, 7), parameters);
  assert.notDeepEqual(firstBranches(model, 8), parameters);
  for (const { kernelStart, biasStart } of branches.slices.slice(2))
    assert.ok(parameters.subarray(kernelStart, biasStart).every((value) => value !== 0));
});

test("a layer's branches have its learning rate, and their kernels its weight decay", () => {
  const copy = { ...model, weights: model.weights.slice() };
  const state = newOptimizerState(copy, 'sgd', 0);
  const before = state.branches!.slice();
  const gradient = new Float32Array(copy.weights.length);
  update(copy, gradient, state, { optimizer: 'sgd', learningRate: [0.5, 0.25], weightDecay: 0.1 });
  branches.slices.forEach(({ kernelStart, biasStart, end }, index) => {
    const kept = 1 - 0.1 * [0.5, 0.25][branches.layerOf[index]];
    for (let i = kernelStart; i < end; i++) {
      const wanted = before[i] * (i < biasStart ? kept : 1);
      assert.ok(Math.abs(state.branches![i] - wanted) < 1e-7, `slice ${index}: ${state.branches![i]}, not ${wanted}`);
    }
  });
});

test('other layers are trained as ever, and a network without a 3x3 convolution is refused by name', () => {
  const { layers, slices } = branchesOf(srcnn({ kernels: [9, 3, 5], filters: [8, 4] }));
  assert.deepEqual(
    layers.map(({ own }) => own),
    [slices[1]],
  );
  const transposed: Network = {
    name: 'up',
    channels: 1,
    reads: 'small',
    scale: 2,
    layers: [{ kind: 'transposed', filters: 1, kernel: 3, stride: 2, activation: 'linear' }],
  };
  for (const network of [initialize('9-1-7').network, transposed])
    assert.throws(
      () => branchesOf(network),
      (error: Error) =>
        error instanceof OptionError && error.message.startsWith(`the network ${network.name} has no 3x3 convolution`),
    );
});
