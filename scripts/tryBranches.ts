// Does it pay to train a 3x3 kernel as the sum of ECBSR's branches (Zhang, Zeng and Zhang 2021, figure 3)? The sum is
// what the network is used with, so the gradient of a branch follows from that of the kernel. Four trainings of
// plain-16x5 with the same batches: with and without branches, by SOAP and by Adam. Writes results/branches.csv.
// Run: node --import tsx scripts/tryBranches.ts [UPDATES] (needs bsds500, set5 and set14). Then: npx srcnn results
// --scores-from-csv
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Batch,
  createEngine,
  type Engine,
  evaluate,
  initialize,
  layerSlices,
  type LayerSlice,
  loadDataset,
  type Model,
  type PatchSet,
  preparePatches,
} from 'srcnn-lab';
import { drawOrder, emptyBatch, fillBatch } from 'srcnn-lab/dist/data/batches';
import { optimizers } from 'srcnn-lab/dist/optimizers/optimizers';
import { normal, type RandomState, uniform } from 'srcnn-lab/dist/random';

const BATCH = 32;
const RATES = { soap: 3e-3, adam: 1e-3 };
/** The fixed filters: Sobel's two, and Laplace's. */
const FIXED = [
  [1, 0, -1, 2, 0, -2, 1, 0, -1],
  [1, 2, 1, 0, 0, 0, -1, -2, -1],
  [0, 1, 0, 1, -4, 1, 0, 1, 0],
];
/** The authors' code widens the second branch by two, and begins scales near 0. */
const WIDER = 2;
const SMALL = 1e-3;

/** The tensors of one layer: its own, one that widens and narrows, and one for each fixed filter. */
interface Branches {
  own: LayerSlice;
  widen: LayerSlice;
  narrow: LayerSlice;
  fixed: LayerSlice[];
}

/** All layers' branches behind each other, as slices that an optimizer knows how to step. */
function branchesOf(slices: readonly LayerSlice[]): { layers: Branches[]; all: LayerSlice[]; length: number } {
  const all: LayerSlice[] = [];
  let length = 0;
  const slice = (inputs: number, filters: number, kernel: number, biases: number, slopes = 0): LayerSlice => {
    const kernelStart = length;
    const biasStart = kernelStart + inputs * filters * kernel ** 2;
    const slopeStart = biasStart + biases;
    length = slopeStart + slopes;
    const shape = { kind: 'convolution', layer: all.length, inputs, filters, kernel, stride: 1 } as const;
    all.push({ ...shape, activation: 'linear', kernelStart, biasStart, slopeStart, end: length });
    return all[all.length - 1];
  };
  const layers = slices.map(({ inputs, filters, slopeStart, end }) => ({
    own: slice(inputs, filters, 3, filters, end - slopeStart),
    widen: slice(inputs, WIDER * filters, 1, 0),
    narrow: slice(WIDER * filters, filters, 3, 0),
    // Its scales, one for each filter, stand where biases would.
    fixed: FIXED.map(() => slice(inputs, filters, 1, filters)),
  }));
  return { layers, all, length };
}

/** PyTorch's first weights of a convolution: uniform up to 1 / sqrt(fan in). */
function drawKernel(parameters: Float32Array, slice: LayerSlice, random: RandomState, factor = 1): void {
  const most = factor / Math.sqrt(slice.inputs * slice.kernel ** 2);
  for (let i = slice.kernelStart; i < slice.biasStart; i++) parameters[i] = most * (2 * uniform(random) - 1);
}

function firstParameters(model: Model, layers: readonly Branches[], length: number): Float32Array {
  const parameters = new Float32Array(length);
  const random = { seed: 0, draws: 0 };
  layerSlices(model.network).forEach((slice, index) => {
    const { own, widen, narrow, fixed } = layers[index];
    parameters.set(model.weights.subarray(slice.kernelStart, slice.end), own.kernelStart);
    drawKernel(parameters, widen, random);
    // The last layer begins near 0, because the small picture is added to what it gives.
    drawKernel(parameters, narrow, random, index === layers.length - 1 ? SMALL : 1);
    for (const each of fixed) {
      drawKernel(parameters, each, random);
      for (let o = each.biasStart; o < each.end; o++) parameters[o] = SMALL * normal(random);
    }
  });
  return parameters;
}

/** Calls `visit` for each pair of an output and an input with where their taps begin in the layer's own kernel. */
function pairs({ inputs, filters }: LayerSlice, visit: (o: number, i: number, tap: number) => void): void {
  for (let o = 0; o < filters; o++) for (let i = 0; i < inputs; i++) visit(o, i, 9 * (o * inputs + i));
}

/** Adds a layer's branches up to the kernel that the network computes with. */
function sumBranches(weights: Float32Array, slice: LayerSlice, branches: Branches, parameters: Float32Array): void {
  const { own, widen, narrow, fixed } = branches;
  const [inputs, wide] = [slice.inputs, widen.filters];
  weights.set(parameters.subarray(own.kernelStart, own.end), slice.kernelStart);
  pairs(slice, (o, i, tap) => {
    const at = slice.kernelStart + tap;
    for (let d = 0; d < wide; d++) {
      const factor = parameters[widen.kernelStart + d * inputs + i];
      const from = narrow.kernelStart + 9 * (o * wide + d);
      for (let t = 0; t < 9; t++) weights[at + t] += factor * parameters[from + t];
    }
    fixed.forEach((each, k) => {
      const factor = parameters[each.biasStart + o] * parameters[each.kernelStart + o * inputs + i];
      for (let t = 0; t < 9; t++) weights[at + t] += factor * FIXED[k][t];
    });
  });
}

/** The gradient of a layer's branches from that of its kernel. */
function splitGradient(
  to: Float32Array,
  slice: LayerSlice,
  branches: Branches,
  parameters: Float32Array,
  gradient: Float32Array,
): void {
  const { own, widen, narrow, fixed } = branches;
  const [inputs, wide] = [slice.inputs, widen.filters];
  to.fill(0, own.kernelStart, fixed[fixed.length - 1].end);
  to.set(gradient.subarray(slice.kernelStart, slice.end), own.kernelStart);
  pairs(slice, (o, i, tap) => {
    const at = slice.kernelStart + tap;
    for (let d = 0; d < wide; d++) {
      const [w, n] = [widen.kernelStart + d * inputs + i, narrow.kernelStart + 9 * (o * wide + d)];
      for (let t = 0; t < 9; t++) {
        to[w] += gradient[at + t] * parameters[n + t];
        to[n + t] += gradient[at + t] * parameters[w];
      }
    }
    fixed.forEach((each, k) => {
      const [scale, weight] = [each.biasStart + o, each.kernelStart + o * inputs + i];
      let along = 0;
      for (let t = 0; t < 9; t++) along += gradient[at + t] * FIXED[k][t];
      to[weight] += parameters[scale] * along;
      to[scale] += parameters[weight] * along;
    });
  });
}

/** The network's weights after so many updates on the same batches; cosine schedule, absolute error. */
async function trained(
  engine: Engine,
  patches: PatchSet,
  optimizer: keyof typeof RATES,
  branched: boolean,
  updates: number,
): Promise<Model> {
  const model = initialize('plain-16x5', { seed: 0 });
  const slices = layerSlices(model.network);
  const branches = branchesOf(slices);
  const parameters = branched ? firstParameters(model, branches.layers, branches.length) : model.weights;
  const stepped = branched ? branches.all : slices;
  const ofBranches = new Float32Array(branches.length);
  const gradient = new Float32Array(model.weights.length);
  const moments = optimizers[optimizer].newMoments(stepped);
  const random: RandomState = { seed: 1, draws: 0 };
  let batch: Batch = emptyBatch();
  const perEpoch = Math.floor(patches.count / BATCH);
  let { order, symmetries } = drawOrder(patches.count, true, random);
  for (let done = 0; done < updates; done++) {
    if (done > 0 && done % perEpoch === 0) ({ order, symmetries } = drawOrder(patches.count, true, random));
    batch = fillBatch(patches, order, BATCH * (done % perEpoch), BATCH, model.normalization, batch, symmetries);
    if (branched) slices.forEach((each, i) => sumBranches(model.weights, each, branches.layers[i], parameters));
    await engine.lossAndGradient(model, batch, gradient, { loss: 'l1' });
    if (branched)
      slices.forEach((each, i) => splitGradient(ofBranches, each, branches.layers[i], parameters, gradient));
    const rate = (RATES[optimizer] * (1 + Math.cos((Math.PI * done) / updates))) / 2;
    const step = { weights: parameters, gradient: branched ? ofBranches : gradient, moments, slices: stepped };
    stepped.forEach((_, index) => optimizers[optimizer].step({ ...step, index, steps: done + 1, rate, momentum: 0.9 }));
  }
  if (branched) slices.forEach((each, i) => sumBranches(model.weights, each, branches.layers[i], parameters));
  return model;
}

async function main(): Promise<void> {
  const updates = Number(process.argv[2] ?? 4000);
  const { training } = await loadDataset('bsds500');
  const { patches } = await preparePatches(training, { protocol: 'paper', scale: 3, reads: 'small' });
  const engine = await createEngine();
  const lines = ['optimizer,branches,updates,Set5,Set14'];
  for (const optimizer of ['soap', 'adam'] as const)
    for (const branched of [false, true]) {
      const model = await trained(engine, patches, optimizer, branched, updates);
      const scores: number[] = [];
      for (const set of ['set5', 'set14']) {
        const { evaluation } = await loadDataset(set, { scale: 3 });
        const { summary } = await evaluate(evaluation, { model, engine, protocol: 'paper', scale: 3 });
        scores.push(summary.network!.psnr);
      }
      lines.push([optimizer, branched ? 'with' : 'without', updates, ...scores.map((psnr) => psnr.toFixed(4))].join());
      console.log(lines.at(-1));
      writeFileSync(join(__dirname, '../results/branches.csv'), `${lines.join('\n')}\n`);
    }
  await engine.close();
}

main().catch((error: Error) => {
  console.error(`${error.name}: ${error.message}`);
  process.exitCode = 1;
});
