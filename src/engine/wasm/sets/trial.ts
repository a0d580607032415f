// A set of kernels on trial, on the thread that asks: whether it computes what another does, and how fast.
import { initialize } from '../../../network/initialize';
import type { Activation, Layer, Model, Network } from '../../../network/network';
import { chain } from '../../../network/families/srcnn';
import { differentiate, type Machine, predictPictures } from '../calls';
import { attachKernels } from '../kernels';
import type { Task } from '../task';
import { workOf } from '../work';
import type { KernelSet } from './kernelSet';

/** 16 MB. */
const PAGES = 256;

/** One thread: this one. It measures its last task without the set-up. */
function machineHere({ source }: KernelSet): Machine & { milliseconds: number } {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: PAGES, shared: true });
  const kernels = attachKernels(source, memory);
  const machine = {
    memory,
    threads: 1,
    milliseconds: 0,
    run: async (task: Task) => {
      const work = workOf(task, 0, memory, kernels);
      const began = performance.now();
      for (let chunk = 0; chunk < task.chunks; chunk++) work(chunk);
      machine.milliseconds = performance.now() - began;
    },
  };
  return machine;
}

const convolution = (filters: number, kernel: number, activation: Activation): Layer => ({
  kind: 'convolution',
  filters,
  kernel,
  activation,
});

/** Together they pass every plan and every elementwise kernel. */
const networks: Network[] = [
  chain([
    { filters: 13, kernel: 9, activation: 'relu' },
    { filters: 6, kernel: 1, activation: 'relu' },
    { filters: 1, kernel: 7, activation: 'linear' },
  ]),
  {
    name: 'trial',
    channels: 1,
    reads: 'small',
    scale: 3,
    layers: [
      convolution(12, 5, 'prelu'),
      convolution(12, 5, 'relu'),
      convolution(12, 3, 'tanh'),
      { kind: 'add', layer: 0 },
      convolution(13, 3, 'leaky'),
      convolution(9, 3, 'prelu'),
      { kind: 'shuffle', factor: 3 },
    ],
  },
];

/** Pictures without a pattern that divides their size. */
const waves = (count: number, width: number, height: number) => ({
  data: Float32Array.from({ length: count * width * height }, (_, i) => Math.sin(i * 1.37) + Math.cos(i * 0.11)),
  count,
  channels: 1,
  width,
  height,
});

const batchFor = ({ network }: Model, count: number, width: number, height: number) => ({
  input: waves(count, width, height),
  target: waves(count, width * network.scale, height * network.scale),
});

/** What a set makes of the networks: losses, gradients and pictures, one after the other. */
async function resultsOf(set: KernelSet): Promise<Float32Array[]> {
  const machine = machineHere(set);
  const results: Float32Array[] = [];
  for (const network of networks) {
    const model = initialize(network, { seed: 1 });
    const gradient = new Float32Array(model.weights.length);
    for (const [width, height, border] of [
      [18, 13, 0],
      [21, 17, 3],
    ]) {
      const loss = await differentiate(machine, model, batchFor(model, 2, width, height), gradient, { border });
      results.push(Float32Array.of(loss), gradient.slice());
    }
    results.push((await predictPictures(machine, model, waves(1, 43, 19))).data);
  }
  return results;
}

/** Rounding makes differences of 1e-6. */
const TOLERANCE = 1e-5;

/** Whether both sets compute the same, to rounding. A kernel that is wrong anywhere fails. */
export async function agree(set: KernelSet, other: KernelSet): Promise<boolean> {
  const [found, expected] = [await resultsOf(set), await resultsOf(other)];
  return expected.every((values, k) => {
    const length = Math.hypot(...values);
    const off = Math.hypot(...values.map((value, i) => found[k][i] - value));
    return off <= TOLERANCE * length;
  });
}

const ROUNDS = 8;

/** Milliseconds of each set for a patch of 9-1-7 forwards and backwards, in turns; the least of several rounds. */
export async function race(sets: readonly KernelSet[]): Promise<number[]> {
  const model = initialize('9-1-7');
  const batch = batchFor(model, 1, 32, 32);
  const gradient = new Float32Array(model.weights.length);
  const machines = sets.map(machineHere);
  const least = sets.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, machine] of machines.entries()) {
      await differentiate(machine, model, batch, gradient, {});
      least[i] = Math.min(least[i], machine.milliseconds);
    }
  return least;
}
