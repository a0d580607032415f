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
 * The statistics and the bases take 1 GiB each at most, and half of that for a single side: WebAssembly must hold both
 * of a side and its next basis in double precision, and the memory of a checkpoint all.
 */
const mostFloats = 2 ** 28;
const mostOfSide = mostFloats / 2;
const BETA1 = 0.95,
  BETA2 = 0.95,
  STATISTICS_BETA = 0.95;
/** Steps from one change of the bases to the next. */
const BASIS_EVERY = 10;

/** The sides of a layer's kernels as a tensor [filter][input channel][tap]; each has its own statistics and basis. */
const sidesOf = ({ filters, inputs, kernel }: LayerSlice) => [filters, inputs, kernel ** 2];

/** Floats that a square matrix for each side of each of the first `count` layers takes up. */
function matricesLength(slices: readonly LayerSlice[], count = slices.length): number {
  let sum = 0;
  for (let index = 0; index < count; index++) for (const side of sidesOf(slices[index])) sum += side ** 2;
  return sum;
}

/** A layer's part of such an array: views of its sides' matrices, row after row. */
function matricesOf(all: Float32Array, slices: readonly LayerSlice[], index: number): Float32Array[] {
  let start = matricesLength(slices, index);
  return sidesOf(slices[index]).map((side) => all.subarray(start, (start += side ** 2)));
}

/**
 * The state of SOAP: both moments in the coordinates of the bases, the statistics of the sides, and the bases, whose
 * rows are their directions; at first the bases are the weights' own coordinates.
 */
function newMoments(slices: readonly LayerSlice[]): Float32Array[] {
  const weights = slices[slices.length - 1].end,
    length = matricesLength(slices);
  if (length > mostFloats || slices.flatMap(sidesOf).some((side) => side ** 2 > mostOfSide))
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
  const { kernelStart, biasStart, end } = slices[index];
  const [first, second, ...matrices] = moments;
  const [statistics, bases] = matrices.map((all) => matricesOf(all, slices, index));
  const ofKernels = (array: Float32Array) => array.subarray(kernelStart, biasStart),
    ofBiases = (array: Float32Array) => array.subarray(biasStart, end);
  const room = new Room(sidesOf(slices[index]));
  const { tensor, change } = room;
  tensor.set(ofKernels(gradient));
  room.turn(bases, false, statistics);
  if (steps % BASIS_EVERY === 1) {
    room.changeBases(ofKernels(first), bases, statistics);
    tensor.set(ofKernels(gradient));
    room.turn(bases, false);
  }
  change.fill(0);
  adamStep(change, tensor, ofKernels(first), ofKernels(second), steps, rate, BETA1, BETA2);
  tensor.set(change);
  room.turn(bases, true);
  for (let i = 0; i < tensor.length; i++) weights[kernelStart + i] += tensor[i];
  adamStep(ofBiases(weights), ofBiases(gradient), ofBiases(first), ofBiases(second), steps, rate, BETA1, BETA2);
}

/** The memory of WebAssembly's kernels, as a step uses it: a tensor that is turned, and room beside it. */
class Room {
  readonly tensor: Float32Array;
  readonly change: Float32Array;
  private readonly memory;

  constructor(private readonly sides: readonly number[]) {
    const length = sides.reduce((product, side) => product * side, 1);
    const most = Math.max(...sides);
    this.memory = memoryFor({
      tensor: 4 * length,
      transposed: 4 * length,
      change: 4 * length,
      basis: 4 * most ** 2,
      product: 4 * most ** 2,
      doubles: 8 * most * (most + 1),
    });
    this.tensor = this.floats('tensor', length);
    this.change = this.floats('change', length);
  }

  private floats(name: keyof typeof this.memory.addresses, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.memory.addresses[name], length);
  }

  /**
   * Changes the tensor to the coordinates of the bases, or `back` from them. When its first side is turned, that side
   * moves behind the others, so that after all three turns the sides have their old order. `statistics` collect each
   * side's products with itself, which do not change when the other sides are turned.
   */
  turn(bases: readonly Float32Array[], back: boolean, statistics?: readonly Float32Array[]): void {
    const { kernels, addresses } = this.memory;
    const { tensor, transposed, basis, product } = addresses;
    for (const [k, side] of this.sides.entries()) {
      if (side === 1) continue;
      const rest = this.tensor.length / side;
      kernels.transpose(tensor, transposed, side, rest);
      if (statistics) {
        kernels.multiply(tensor, transposed, product, side, rest, side);
        follow(statistics[k], this.floats('product', side ** 2));
      }
      this.floats('basis', side ** 2).set(bases[k]);
      if (!back) kernels.transpose(basis, product, side, side);
      kernels.multiply(transposed, back ? basis : product, tensor, rest, side, side);
    }
  }

  /**
   * Moves the bases towards the eigenvectors of the statistics, and transforms the first moment with them; the second
   * moment, one number for each direction, is kept as an estimate.
   */
  changeBases(first: Float32Array, bases: readonly Float32Array[], statistics: readonly Float32Array[]): void {
    const { kernels, addresses } = this.memory;
    this.tensor.set(first);
    this.turn(bases, true);
    for (const [k, side] of this.sides.entries()) {
      if (side === 1) continue;
      const basis = this.floats('basis', side ** 2);
      basis.set(bases[k]);
      this.floats('product', side ** 2).set(statistics[k]);
      kernels.iterateBasis(addresses.basis, addresses.product, side, addresses.doubles);
      bases[k].set(basis);
    }
    this.turn(bases, false);
    first.set(this.tensor);
  }
}

/** Moves statistics towards the newest products. */
function follow(statistics: Float32Array, products: Float32Array): void {
  for (let i = 0; i < products.length; i++) statistics[i] += (1 - STATISTICS_BETA) * (products[i] - statistics[i]);
}

/** Adam in the eigenbasis of Shampoo's statistics (Vyas et al. 2024, arXiv 2409.11321, algorithm 3). */
export const soap: Optimizer = { name: 'soap', newMoments, step };
