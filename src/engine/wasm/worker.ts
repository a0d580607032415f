// One thread: waits for a task, takes chunks of it until none is left, tells the main thread when it was the last to finish.
import { parentPort, workerData } from 'node:worker_threads';
import { layerSlices } from '../../model/srcnn';
import { packedLayers, tilePlanes, trainingPlanes } from './layout';
import { CONTROL_BYTE, GENERATION, NEXT, PENDING, readTask, type Task } from './task';

const { memory, kernelModule, index, generation } = workerData as { memory: WebAssembly.Memory; kernelModule: WebAssembly.Module; index: number; generation: number };
type Kernel = (...values: number[]) => number;
const kernels = new WebAssembly.Instance(kernelModule, { env: { memory } }).exports as Record<string, Kernel>;
const LINEAR = 0, RELU = 1, MASK = 2;

/** Loss and gradient of patches, each taken forwards and backwards before the next, so that its planes stay in the cache. */
function trainer(task: Task, scratch: number) {
  const layers = layerSlices(task.layers);
  const { packed, zeros } = packedLayers(layers);
  const planes = trainingPlanes(layers, task.width, task.height).map((p) => ({
    ...p, rowBytes: 4 * p.row, planeBytes: 4 * p.plane, base: scratch + 4 * p.start, origin: scratch + 4 * (p.start + p.pad * p.row + p.pad),
  }));
  const weightCount = layers[layers.length - 1].end;
  const patch = task.width * task.height;
  const factor = 2 / (task.count * (task.width - 2 * task.border) * (task.height - 2 * task.border));
  const floats = new Float32Array(memory.buffer);
  const losses = new Float64Array(memory.buffer, task.losses, task.chunks);
  floats.fill(0, scratch / 4, (scratch + task.scratchBytes) / 4);

  const under = (p: (typeof planes)[number], kernel: number) => p.origin - ((kernel - 1) / 2) * (p.rowBytes + 4);
  const convolve = (from: number, to: number, weights: number, bias: number, kernel: number, mode: number) => {
    const a = planes[from], b = planes[to];
    if (b.channels === 1) kernels.convolveSingle(under(a, kernel), a.channels, a.planeBytes, a.rowBytes, weights, bias, kernel, b.origin, b.rowBytes, task.width, task.height, mode);
    else kernels.convolve(under(a, kernel), a.channels, a.planeBytes, a.rowBytes, weights, bias, kernel, b.origin, b.channels, b.planeBytes, b.rowBytes, task.width, task.height, mode);
  };
  const onePatch = (n: number, gradient: number): number => {
    const first = planes[0], last = planes[planes.length - 1];
    for (let y = 0, from = task.input / 4 + n * patch; y < task.height; y++, from += task.width) {
      floats.copyWithin(first.origin / 4 + y * first.row, from, from + task.width);
    }
    packed.forEach((l, i) => convolve(i, i + 1, task.weights + 4 * l.forwards, task.weights + 4 * l.bias, l.kernel, l.activation === 'relu' ? RELU : LINEAR));
    const loss = kernels.squaredError(last.origin, last.rowBytes, task.target + 4 * n * patch, task.width, task.height, task.border, factor);
    for (let i = packed.length - 1; i >= 0; i--) {
      const l = packed[i], delta = planes[i + 1], input = planes[i];
      kernels.kernelGradient(delta.origin, l.filters, delta.planeBytes, delta.rowBytes, under(input, l.kernel), l.inputs, input.planeBytes, input.rowBytes,
        l.kernel, task.width, task.height, gradient + 4 * l.kernelStart, gradient + 4 * l.biasStart, delta.pad > 0 ? 1 : 0);
      if (i > 0) convolve(i + 1, i, task.weights + 4 * l.backwards, task.weights + 4 * zeros, l.kernel, packed[i - 1].activation === 'relu' ? MASK : LINEAR);
    }
    return loss;
  };
  return (chunk: number) => {
    const gradient = task.gradients + 4 * chunk * weightCount;
    floats.fill(0, gradient / 4, gradient / 4 + weightCount);
    let loss = 0;
    const end = Math.min(task.count, (chunk + 1) * task.chunkSize);
    for (let n = chunk * task.chunkSize; n < end; n++) loss += onePatch(n, gradient);
    losses[chunk] = loss;
  };
}

/** The network's output for tiles of a picture. Each layer sees zeros outside the picture, as if there were no tiles. */
function predictor(task: Task, scratch: number) {
  const layers = layerSlices(task.layers);
  const { packed } = packedLayers(layers);
  const planes = tilePlanes(layers, task.tileWidth, task.tileHeight).map((p) => ({ ...p, base: scratch + 4 * p.start }));
  const floats = new Float32Array(memory.buffer);
  const across = Math.ceil(task.width / task.tileWidth);
  floats.fill(0, scratch / 4, (scratch + task.scratchBytes) / 4);

  const clearOutside = (p: (typeof planes)[number], left: number, top: number) => {
    const fromX = Math.max(0, -left), toX = Math.min(p.width, task.width - left);
    for (let c = 0; c < p.channels; c++) for (let y = 0; y < p.height; y++) {
      const row = p.base / 4 + c * p.plane + y * p.row;
      if (top + y < 0 || top + y >= task.height) floats.fill(0, row, row + p.width);
      else {
        if (fromX > 0) floats.fill(0, row, row + fromX);
        if (toX < p.width) floats.fill(0, row + Math.max(0, toX), row + p.width);
      }
    }
  };
  const readTile = (left: number, top: number) => {
    const p = planes[0];
    const fromX = Math.max(0, -left), toX = Math.min(p.width, task.width - left);
    for (let y = Math.max(0, -top); y < Math.min(p.height, task.height - top); y++) {
      const source = task.input / 4 + (top + y) * task.width + left;
      floats.copyWithin(p.base / 4 + y * p.row + fromX, source + fromX, source + toX);
    }
    clearOutside(p, left, top);
  };
  return (chunk: number) => {
    const x = (chunk % across) * task.tileWidth, y = Math.floor(chunk / across) * task.tileHeight;
    readTile(x - planes[0].pad, y - planes[0].pad);
    packed.forEach((l, i) => {
      const a = planes[i], b = planes[i + 1], mode = l.activation === 'relu' ? RELU : LINEAR;
      const weights = task.weights + 4 * l.forwards, bias = task.weights + 4 * l.bias;
      if (b.channels === 1) kernels.convolveSingle(a.base, a.channels, 4 * a.plane, 4 * a.row, weights, bias, l.kernel, b.base, 4 * b.row, b.width, b.height, mode);
      else kernels.convolve(a.base, a.channels, 4 * a.plane, 4 * a.row, weights, bias, l.kernel, b.base, b.channels, 4 * b.plane, 4 * b.row, b.width, b.height, mode);
      if (i + 1 < packed.length) clearOutside(b, x - b.pad, y - b.pad);
    });
    const out = planes[planes.length - 1];
    const width = Math.min(task.tileWidth, task.width - x);
    for (let row = 0; row < Math.min(task.tileHeight, task.height - y); row++) {
      const from = out.base / 4 + row * out.row;
      floats.copyWithin(task.target / 4 + (y + row) * task.width + x, from, from + width);
    }
  };
}

function serve(): void {
  let seen = generation;
  for (;;) {
    let control = new Int32Array(memory.buffer, CONTROL_BYTE, 1024);
    Atomics.wait(control, GENERATION, seen);
    seen = Atomics.load(control, GENERATION);
    // The memory may have grown: only a fresh view shows all of it.
    control = new Int32Array(memory.buffer, CONTROL_BYTE, 1024);
    const task = readTask(control);
    if (task.kind === 'close') return;
    const scratch = task.scratch + index * task.scratchBytes;
    const work = task.kind === 'train' ? trainer(task, scratch) : predictor(task, scratch);
    for (let chunk = Atomics.add(control, NEXT, 1); chunk < task.chunks; chunk = Atomics.add(control, NEXT, 1)) work(chunk);
    if (Atomics.sub(control, PENDING, 1) === 1) parentPort!.postMessage(seen);
  }
}

serve();
