// SOAP (Vyas et al. 2024, arXiv 2409.11321): Adam in the basis in which Shampoo (Gupta et al. 2018) scales the
// gradient. Neighbouring pixels are nearly equal, so nearly all of a first layer's gradient says "brighter" or
// "darker". Adam, which scales the weights one by one, loses the small part about edges in that. In a basis of
// uncorrelated coordinates each of them is scaled by its own size.

import { memoryFor } from '../arithmetic/memory';
import { adamStep } from './adam';
import { OptionError } from '../errors';
import type { LayerStep, Optimizer } from './optimizer';
import type { LayerSlice } from '../network/parameters';

/**
 * The statistics and the bases take 1 GiB each at most: WebAssembly must hold both, and the memory of a checkpoint
 * too.
 */
const mostFloats = 2 ** 28;
const BETA1 = 0.95,
  BETA2 = 0.95,
  STATISTICS_BETA = 0.95;
/** Steps from one change of the bases to the next. */
const BASIS_EVERY = 10;

/** The sides of a layer's kernels as a tensor [filter][input channel][tap]; each has its own statistics and basis. */
const sidesOf = ({ filters, inputs, kernel }: LayerSlice) => [filters, inputs, kernel ** 2];

/** Floats that a square matrix for each side of each layer takes up. */
const matricesLength = (slices: readonly LayerSlice[]) =>
  slices.flatMap(sidesOf).reduce((sum, side) => sum + side ** 2, 0);

/** A layer's part of such an array: views of its sides' matrices, row after row. */
function matricesOf(all: Float32Array, slices: readonly LayerSlice[], index: number): Float32Array[] {
  let start = matricesLength(slices.slice(0, index));
  return sidesOf(slices[index]).map((side) => all.subarray(start, (start += side ** 2)));
}

/**
 * The state of SOAP: both moments in the coordinates of the bases, the statistics of the sides, and the bases, whose
 * rows are their directions; at first the bases are the weights' own coordinates.
 */
function newMoments(slices: readonly LayerSlice[]): Float32Array[] {
  const weights = slices[slices.length - 1].end,
    length = matricesLength(slices);
  if (length > mostFloats)
    throw new OptionError(
      `the optimizer soap would need ${(8e-9 * length).toFixed(1)} GB for this network; ` +
        'use adam, fewer filters or smaller kernels',
    );
  const bases = new Float32Array(length);
  slices.forEach((slice, index) =>
    matricesOf(bases, slices, index).forEach((basis, k) => {
      for (let i = 0, side = sidesOf(slice)[k]; i < side; i++) basis[i * side + i] = 1;
    }),
  );
  return [new Float32Array(weights), new Float32Array(weights), new Float32Array(length), bases];
}

/**
 * SOAP's step number `steps` for the layer `index`: changes its weights and its part of `moments` in place. Biases
 * take Adam's step.
 */
function step({ weights, gradient, moments, slices, index, steps, rate }: LayerStep): void {
  const { kernelStart, biasStart, end } = slices[index],
    sides = sidesOf(slices[index]);
  const [first, second, ...matrices] = moments;
  const [statistics, bases] = matrices.map((all) => matricesOf(all, slices, index));
  const ofKernels = (array: Float32Array) => array.subarray(kernelStart, biasStart),
    ofBiases = (array: Float32Array) => array.subarray(biasStart, end);
  let turned = turn(ofKernels(gradient), sides, bases, false, statistics);
  if (steps % BASIS_EVERY === 1) {
    changeBases(ofKernels(first), sides, bases, statistics);
    turned = turn(ofKernels(gradient), sides, bases, false);
  }
  const change = new Float32Array(turned.length);
  adamStep(change, turned, ofKernels(first), ofKernels(second), steps, rate, BETA1, BETA2);
  turn(change, sides, bases, true).forEach((value, i) => (weights[kernelStart + i] += value));
  adamStep(ofBiases(weights), ofBiases(gradient), ofBiases(first), ofBiases(second), steps, rate, BETA1, BETA2);
}

/**
 * Changes a tensor to the coordinates of the bases, or `back` from them. When its first side is turned, that side
 * moves behind the others, so that after all three turns the sides have their old order. `statistics` collect each
 * side's products with itself, which do not change when the other sides are turned.
 */
function turn(
  tensor: Float32Array,
  sides: readonly number[],
  bases: readonly Float32Array[],
  back: boolean,
  statistics?: readonly Float32Array[],
): Float32Array {
  const { length } = tensor,
    bytes = 4 * Math.max(...sides) ** 2;
  const { kernels, buffer, addresses } = memoryFor({
    tensor: 4 * length,
    transposed: 4 * length,
    basis: bytes,
    product: bytes,
  });
  new Float32Array(buffer, addresses.tensor, length).set(tensor);
  for (const [k, side] of sides.entries()) {
    if (side === 1) continue;
    const rest = length / side,
      basis = new Float32Array(buffer, addresses.basis, side ** 2),
      product = new Float32Array(buffer, addresses.product, side ** 2);
    kernels.transpose(addresses.tensor, addresses.transposed, side, rest);
    if (statistics) {
      kernels.multiply(addresses.tensor, addresses.transposed, addresses.product, side, rest, side);
      for (let i = 0; i < product.length; i++)
        statistics[k][i] += (1 - STATISTICS_BETA) * (product[i] - statistics[k][i]);
    }
    basis.set(bases[k]);
    if (!back) kernels.transpose(addresses.basis, addresses.product, side, side);
    kernels.multiply(
      addresses.transposed,
      back ? addresses.basis : addresses.product,
      addresses.tensor,
      rest,
      side,
      side,
    );
  }
  return new Float32Array(buffer, addresses.tensor, length).slice();
}

/**
 * Moves the bases towards the eigenvectors of the statistics, and transforms the first moment with them; the second
 * moment, one number for each direction, is kept as an estimate.
 */
function changeBases(
  first: Float32Array,
  sides: readonly number[],
  bases: readonly Float32Array[],
  statistics: readonly Float32Array[],
): void {
  const own = turn(first, sides, bases, true);
  for (const [k, side] of sides.entries()) if (side > 1) iterate(bases[k], statistics[k], side);
  first.set(turn(own, sides, bases, false));
}

/**
 * One step of orthogonal iteration in place: multiplies each direction by the symmetric statistics, then applies
 * Gram-Schmidt twice, because the second pass removes the rounding errors of the first.
 */
function iterate(basis: Float32Array, statistics: Float32Array, side: number): void {
  const next = new Float64Array(side * side),
    wide = Float64Array.from(statistics);
  for (let row = 0; row < next.length; row += side) {
    const direction = next.subarray(row, row + side);
    for (let j = 0; j < side; j++) addTimes(direction, basis[row + j], wide, j * side);
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < row; other += side) addTimes(direction, -dot(direction, next, other), next, other);
    const norm = Math.sqrt(dot(direction, next, row));
    // Where the gradient has been zero throughout, as with filters whose ReLU is off, there is nothing to learn of.
    if (!(norm > 1e-30)) return;
    for (let i = 0; i < side; i++) direction[i] /= norm;
  }
  basis.set(next);
}

function addTimes(target: Float64Array, factor: number, from: Float64Array, start: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * from[start + i];
}

function dot(a: Float64Array, b: Float64Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[start + i];
  return sum;
}

/** Adam in the eigenbasis of Shampoo's statistics (Vyas et al. 2024, arXiv 2409.11321, algorithm 3). */
export const soap: Optimizer = { name: 'soap', newMoments, step };
