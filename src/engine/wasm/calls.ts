import { growTo } from '../../arithmetic/sharedMemory';
import { OptionError } from '../../errors';
import { lower, lowerWeights, raiseGradient } from '../../network/lower';
import type { Model, Network } from '../../network/network';
import type { Batch, LossOptions, Planes } from '../engine';
import { areaOf } from '../losses/area';
import { lossNames } from '../losses/losses';
import { lossTable } from './lossTable';
import { bandMemory, segmentRows, stripWidth } from './plan/bands';
import { graphOf } from './plan/graph';
import { packedLayers, packWeights } from './plan/packed';
import { roundUp } from './plan/plan';
import { trainingLength } from './plan/training';
import { FIRST_FREE_BYTE, type Task } from './task';

/**
 * Patches in a chunk. A thread takes one chunk at a time, and the gradients of the chunks are added in their order, so
 * that the number of threads does not change the sum.
 */
const CHUNK = 8;

/** Threads over a memory, and what makes them do a task. */
export interface Machine {
  memory: WebAssembly.Memory;
  threads: number;
  run(task: Task): Promise<void>;
}

export async function differentiate(
  machine: Machine,
  model: Model,
  { input, target }: Batch,
  gradient: Float32Array | null,
  { border = 0, loss = 'mse', change }: LossOptions,
): Promise<number> {
  const { memory, threads } = machine;
  const { count, channels, width, height } = input;
  const lowered = lower(model.network);
  const weights = lowerWeights(lowered, model.weights);
  const graph = graphOf(lowered.network);
  const { packed, length } = packedLayers(graph.slices, 'train');
  const chunks = Math.ceil(count / CHUNK);
  const scratchBytes = roundUp(4 * trainingLength(graph, packed, width, height), 64);
  const values = (planes: Planes) => count * channels * planes.width * planes.height;
  const table = lossTable(loss, change);
  const [packedAt, inputAt, targetAt, gradients, losses, frequencies, scratch] = allocate(memory, [
    4 * length,
    4 * values(input),
    4 * values(target),
    gradient ? 4 * chunks * weights.length : 0,
    8 * chunks,
    4 * table.length,
    threads * scratchBytes,
  ]);
  packWeights(weights, packed, new Float32Array(memory.buffer, packedAt, length).fill(0));
  const floats = new Float32Array(memory.buffer);
  floats.set(input.data.subarray(0, values(input)), inputAt / 4);
  floats.set(target.data.subarray(0, values(target)), targetAt / 4);
  floats.set(table, frequencies / 4);
  await machine.run({
    kind: 'train',
    chunks,
    count,
    channels,
    width,
    height,
    weights: packedAt,
    input: inputAt,
    target: targetAt,
    scratch,
    scratchBytes,
    chunkSize: CHUNK,
    border,
    loss: lossNames.indexOf(loss),
    frequencies,
    gradients,
    losses,
    differentiate: gradient ? 1 : 0,
    layers: lowered.network.layers,
  });
  if (gradient) raiseGradient(lowered, sumGradients(memory, gradients, chunks, weights.length), gradient);
  const sum = new Float64Array(memory.buffer, losses, chunks).reduce((a, b) => a + b, 0);
  const area = areaOf(loss, target, border);
  return sum / (count * channels * area.width * area.height);
}

/** The chunks' gradients, added in their order. */
function sumGradients(memory: WebAssembly.Memory, at: number, chunks: number, length: number): Float32Array {
  const floats = new Float32Array(memory.buffer);
  const sum = new Float32Array(length);
  for (let chunk = 0, from = at / 4; chunk < chunks; chunk++) {
    for (let i = 0; i < length; i++) sum[i] += floats[from++];
  }
  return sum;
}

/** One picture after the other. */
export async function predictPictures(machine: Machine, model: Model, input: Planes): Promise<Planes> {
  const { count, channels, width, height } = input;
  const { scale } = model.network;
  const area = channels * width * height;
  const output = new Float32Array(count * area * scale ** 2);
  const lowered = lower(model.network);
  const weights = lowerWeights(lowered, model.weights);
  for (let n = 0; n < count; n++) {
    const picture = { ...input, data: input.data.subarray(n * area, (n + 1) * area) };
    output.set(await predictPicture(machine, lowered.network, weights, picture), n * area * scale ** 2);
  }
  return { data: output, count, channels, height: height * scale, width: width * scale };
}

async function predictPicture(
  machine: Machine,
  network: Network,
  weights: Float32Array,
  picture: Planes,
): Promise<Float32Array> {
  const { memory, threads } = machine;
  const { data, channels, width, height } = picture;
  const graph = graphOf(network);
  const { packed, length } = packedLayers(graph.slices, 'predict');
  const strip = stripWidth(graph, packed, width);
  const across = Math.ceil(width / strip);
  const segmentHeight = segmentRows(graph, packed, height, across, threads);
  const scratchBytes = roundUp(4 * bandMemory(graph, packed, strip).length, 64);
  const values = data.length * graph.factor ** 2;
  const [packedAt, inputAt, targetAt, scratch] = allocate(memory, [
    4 * length,
    4 * data.length,
    4 * values,
    threads * scratchBytes,
  ]);
  packWeights(weights, packed, new Float32Array(memory.buffer, packedAt, length).fill(0));
  new Float32Array(memory.buffer).set(data, inputAt / 4);
  await machine.run({
    kind: 'predict',
    chunks: across * Math.ceil(height / segmentHeight),
    count: 1,
    channels,
    width,
    height,
    weights: packedAt,
    input: inputAt,
    target: targetAt,
    scratch,
    scratchBytes,
    stripWidth: strip,
    segmentHeight,
    layers: network.layers,
  });
  return new Float32Array(memory.buffer).slice(targetAt / 4, targetAt / 4 + values);
}

/**
 * Byte addresses for blocks of these sizes, one after the other; the memory grows when they do not fit and never
 * shrinks.
 */
function allocate(memory: WebAssembly.Memory, sizes: number[]): number[] {
  let end = FIRST_FREE_BYTE;
  const starts = sizes.map((size) => {
    const start = end;
    end = roundUp(end + size, 64);
    return start;
  });
  try {
    growTo(memory, end);
  } catch (error) {
    throw new OptionError(
      `engine wasm: ${(end / 2 ** 30).toFixed(1)} GB are needed at once, which this machine or WebAssembly (4 ` +
        `GB) does not give; use a smaller batchSize, network or picture`,
      { cause: error },
    );
  }
  return starts;
}
