import { type Kernels, LINEAR, MASK, RELU } from './kernels';
import { fivesRooms, packedLayers, reachOf, scratchLength, tileRoom, trainingPlanes } from './layout';
import type { Task } from './task';
import { layerSlices } from '../../network/parameters';

/**
 * Loss and gradient of patches, each taken forwards and backwards before the next, so that its planes stay in the cache.
 * Where the loss leaves out a border, the layers compute only what reaches the rest.
 */
export function trainer(task: Task, scratch: number, memory: WebAssembly.Memory, kernels: Kernels) {
  const layers = layerSlices({ channels: 1, layers: task.layers });
  const { packed, zeros } = packedLayers(layers, 'train');
  const planes = trainingPlanes(layers, task.width, task.height).map((p, i) => {
    const margin = i === 0 ? 0 : Math.max(0, task.border - reachOf(layers.slice(i)));
    return {
      ...p,
      rowBytes: 4 * p.row,
      planeBytes: 4 * p.plane,
      width: task.width - 2 * margin,
      height: task.height - 2 * margin,
      whole: scratch + 4 * (p.start + p.pad * p.row + p.pad),
      origin: scratch + 4 * (p.start + (p.pad + margin) * p.row + p.pad + margin),
    };
  });
  // The first layer's transformed samples serve forwards and backwards.
  const room = tileRoom(layers[0], planes[1].width, planes[1].height);
  const transformed = scratch + 4 * scratchLength(trainingPlanes(layers, task.width, task.height));
  const lines = transformed + 4 * room.lines,
    sums = transformed + 4 * room.sums;
  // The upper bounds of both rooms' lengths are those of planes without margins, by which the memory was allocated.
  const fivesStart = transformed + 4 * tileRoom(layers[0], task.width, task.height).length;
  const { rooms } = fivesRooms(layers, planes);
  const weightCount = layers[layers.length - 1].end;
  const patch = task.width * task.height;
  const factor = 2 / (task.count * (task.width - 2 * task.border) * (task.height - 2 * task.border));
  const floats = new Float32Array(memory.buffer);
  const losses = new Float64Array(memory.buffer, task.losses, task.chunks);
  floats.fill(0, scratch / 4, (scratch + task.scratchBytes) / 4);

  /** The sample of plane a under the first tap for plane b's first output. */
  const under = (a: (typeof planes)[number], b: (typeof planes)[number], kernel: number) => {
    const skip = (task.width - b.width) / 2 - (kernel - 1) / 2;
    return a.whole + skip * (a.rowBytes + 4);
  };
  const convolve = (from: number, to: number, weights: number, bias: number, kernel: number, mode: number) => {
    const a = planes[from],
      b = planes[to],
      fives = rooms[Math.min(from, to)]?.[from < to ? 'forwards' : 'backwards'];
    if (fives) {
      const start = fivesStart + 4 * fives.start;
      kernels.transformWinograd5(
        under(a, b, kernel),
        a.channels,
        a.planeBytes,
        a.rowBytes,
        b.height + kernel - 1,
        fives.tiles,
        start,
        4 * fives.plane,
      );
      kernels.convolveWinograd5(
        start,
        4 * fives.plane,
        a.channels,
        fives.tiles,
        weights,
        bias,
        start + 4 * fives.lines,
        4 * fives.line,
        b.origin,
        b.channels,
        b.planeBytes,
        b.rowBytes,
        b.width,
        b.height,
        mode,
      );
    } else if (b.channels === 1)
      kernels.convolveSingle(
        under(a, b, kernel),
        a.channels,
        a.planeBytes,
        a.rowBytes,
        weights,
        bias,
        kernel,
        b.origin,
        b.rowBytes,
        b.width,
        b.height,
        mode,
      );
    else if (from === 0 && room.groups) {
      kernels.transformWinograd3(
        under(a, b, kernel),
        a.rowBytes,
        b.height + kernel - 1,
        room.groups,
        room.tiles,
        transformed,
        4 * room.plane,
      );
      kernels.convolveWinograd3(
        transformed,
        4 * room.plane,
        room.groups,
        kernel,
        room.tiles,
        weights,
        bias,
        lines,
        4 * room.line,
        b.origin,
        b.channels,
        b.planeBytes,
        b.rowBytes,
        b.width,
        b.height,
        mode,
      );
    } else
      kernels.convolve(
        under(a, b, kernel),
        a.channels,
        a.planeBytes,
        a.rowBytes,
        weights,
        bias,
        kernel,
        b.origin,
        b.channels,
        b.planeBytes,
        b.rowBytes,
        b.width,
        b.height,
        mode,
      );
  };
  const onePatch = (n: number, gradient: number): number => {
    const first = planes[0],
      last = planes[planes.length - 1];
    for (let y = 0, from = task.input + 4 * n * patch; y < task.height; y++, from += 4 * task.width) {
      kernels.copy(first.whole + y * first.rowBytes, from, 4 * task.width);
    }
    packed.forEach((l, i) =>
      convolve(
        i,
        i + 1,
        task.weights + 4 * l.forwards,
        task.weights + 4 * l.bias,
        l.kernel,
        l.activation === 'relu' ? RELU : LINEAR,
      ),
    );
    const loss = kernels.squaredError(
      last.whole,
      last.rowBytes,
      task.target + 4 * n * patch,
      task.width,
      task.height,
      task.border,
      factor,
    );
    if (!task.gradients) return loss;
    for (let i = packed.length - 1; i >= 0; i--) {
      const l = packed[i],
        delta = planes[i + 1],
        input = planes[i],
        fives = rooms[i]?.forwards;
      if (fives) {
        const start = fivesStart + 4 * fives.start;
        kernels.kernelGradientWinograd5(
          delta.origin,
          l.filters,
          delta.planeBytes,
          delta.rowBytes,
          start,
          4 * fives.plane,
          l.inputs,
          fives.tiles,
          start + 4 * fives.lines,
          4 * fives.line,
          start + 4 * fives.sums,
          delta.width,
          delta.height,
          gradient + 4 * l.kernelStart,
          gradient + 4 * l.biasStart,
        );
      } else if (l.groups) {
        kernels.kernelGradientWinograd3(
          delta.origin,
          l.filters,
          delta.planeBytes,
          delta.rowBytes,
          transformed,
          4 * room.plane,
          room.groups,
          l.kernel,
          room.tiles,
          lines,
          4 * room.line,
          sums,
          delta.width,
          delta.height,
          gradient + 4 * l.kernelStart,
          gradient + 4 * l.biasStart,
        );
      } else
        kernels.kernelGradient(
          delta.origin,
          l.filters,
          delta.planeBytes,
          delta.rowBytes,
          under(input, delta, l.kernel),
          l.inputs,
          input.planeBytes,
          input.rowBytes,
          l.kernel,
          delta.width,
          delta.height,
          gradient + 4 * l.kernelStart,
          gradient + 4 * l.biasStart,
          delta.pad > 0 ? 1 : 0,
        );
      if (i > 0)
        convolve(
          i + 1,
          i,
          task.weights + 4 * l.backwards,
          task.weights + 4 * zeros,
          l.kernel,
          packed[i - 1].activation === 'relu' ? MASK : LINEAR,
        );
    }
    return loss;
  };
  return (chunk: number) => {
    const gradient = task.gradients + 4 * chunk * weightCount;
    if (task.gradients) floats.fill(0, gradient / 4, gradient / 4 + weightCount);
    let loss = 0;
    const end = Math.min(task.count, (chunk + 1) * task.chunkSize);
    for (let n = chunk * task.chunkSize; n < end; n++) loss += onePatch(n, gradient);
    losses[chunk] = loss;
  };
}
