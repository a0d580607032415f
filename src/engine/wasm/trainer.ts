import { activations } from '../../network/network';
import { bindLoss } from './bindLoss';
import { ADD, type Kernels, LINEAR, MASK, RELU } from './kernels';
import { type Graph, graphOf, type Step } from './plan/graph';
import { type Direction, packedLayers, type PackedLayer } from './plan/packed';
import type { Bound, Job } from './plan/plan';
import { type Planes, type TrainingValue, trainingValues } from './plan/planes';
import { type Workspaces, workspacesOf } from './plan/training';
import { Views } from './plan/views';
import type { TrainTask } from './task';

/** A value of the patch in this thread's memory. */
interface Value extends TrainingValue {
  samples: Bound;
  delta: Bound;
  /** The planes that the layer writes its sums to: planes of their own for a PReLU, otherwise those of its samples. */
  sum: Bound;
}

/**
 * Loss and gradient of patches, each taken forwards and backwards before the next, so that its planes stay in the
 * cache. If the loss leaves out a border, the layers compute only what the rest depends on.
 */
export function trainer(task: TrainTask, scratch: number, memory: WebAssembly.Memory, kernels: Kernels) {
  const patch = new Patch(task, scratch, memory, kernels);
  const floats = new Float32Array(memory.buffer);
  const losses = new Float64Array(memory.buffer, task.losses, task.chunks);
  const weightCount = patch.weightCount;
  return (chunk: number) => {
    const gradient = task.gradients + 4 * chunk * weightCount;
    if (task.differentiate) floats.fill(0, gradient / 4, gradient / 4 + weightCount);
    let loss = 0;
    const end = Math.min(task.count, (chunk + 1) * task.chunkSize);
    for (let n = chunk * task.chunkSize; n < end; n++) {
      loss += patch.forwards(n);
      if (task.differentiate) patch.backwards(gradient);
    }
    losses[chunk] = loss;
  };
}

class Patch {
  readonly weightCount: number;
  private readonly graph: Graph;
  private readonly floats: Float32Array;
  private readonly packed: PackedLayer[];
  private readonly values: Value[];
  private readonly views: Views;
  private readonly spare: Bound | null;
  private readonly zeros: number;
  private readonly workspaces: Workspaces;
  private readonly forwardSteps: (() => void)[];
  private readonly backwardSteps: ((gradient: number) => void)[];
  private readonly patchView: number;
  private readonly input: number;
  private readonly output: number;
  private readonly outputs: number | null;
  private readonly loss: (n: number) => number;

  constructor(
    private readonly task: TrainTask,
    private readonly scratch: number,
    memory: WebAssembly.Memory,
    private readonly kernels: Kernels,
  ) {
    const { width, height } = task;
    this.graph = graphOf({ channels: task.channels as 1 | 3, layers: task.layers });
    const { packed, zeros } = packedLayers(this.graph.slices, 'train');
    this.packed = packed;
    this.zeros = task.weights + 4 * zeros;
    this.weightCount = this.graph.slices.at(-1)!.end;
    const placed = trainingValues(this.graph, width, height, task.border);
    this.workspaces = workspacesOf(this.graph, packed, placed.length, width, height);
    this.views = new Views(memory, scratch + 4 * this.workspaces.views);
    kernels.useRoom?.(scratch + 4 * this.workspaces.room);
    this.floats = new Float32Array(memory.buffer);
    this.floats.fill(0, scratch / 4, (scratch + task.scratchBytes) / 4);
    this.values = placed.values.map((value) => this.bindValue(value));
    this.spare = placed.spare && this.bind(placed.spare, 0);
    const last = this.values[this.values.length - 1];
    this.patchView = this.view(this.values[0].samples);
    this.input = this.whole(this.values[0].planes);
    this.output = this.whole(last.gradient);
    // The loss replaces outputs by their gradient; where the derivative needs the outputs, it works on a copy.
    this.outputs = last.gradient === last.planes ? null : this.whole(last.planes);
    const block = scratch + 4 * this.workspaces.block;
    this.loss = bindLoss(task, kernels, this.output, this.graph.factor, block);
    this.forwardSteps = this.graph.steps.map((step, i) => this.bindForwards(step, i));
    this.backwardSteps = task.differentiate ? this.bindBackwards() : [];
  }

  /** The loss of patch n, summed; its gradient lies on the last value. */
  forwards(n: number): number {
    const { width, height } = this.task;
    this.readPatch(n);
    for (const step of this.forwardSteps) step();
    if (this.outputs !== null) this.kernels.pass(this.outputs, this.output, width, height, LINEAR);
    return this.loss(n);
  }

  /** All descriptions are bound by now: that of the patch is written anew for each. */
  private readPatch(n: number): void {
    const { width, height, channels, input } = this.task;
    const from = input + 4 * n * channels * width * height;
    this.views.restart(this.patchView);
    const patch = this.views.add({ data: from, plane: 4 * width * height, row: 4 * width, count: channels });
    this.kernels.copyRows(patch, this.input, 4 * width, height);
  }

  /** Adds the patch's gradient at this address. */
  backwards(gradient: number): void {
    for (const step of this.backwardSteps) step(gradient);
  }

  private bind({ channels, start, row, plane, pad }: Planes, margin: number): Bound {
    return {
      channels,
      plane: 4 * plane,
      row: 4 * row,
      pad,
      origin: this.scratch + 4 * (start + (pad + margin) * row + pad + margin),
      width: this.task.width - 2 * margin,
      height: this.task.height - 2 * margin,
    };
  }

  private bindValue(value: TrainingValue): Value {
    const samples = this.bind(value.planes, value.margin);
    const sum = value.sums ? this.bind(value.sums, value.margin) : samples;
    return { ...value, samples, sum, delta: this.bind(value.gradient, value.margin) };
  }

  private view({ origin, plane, row, channels }: Bound): number {
    return this.views.add({ data: origin, plane, row, count: channels });
  }

  /** Planes from their first sample, margins included. */
  private whole(planes: Planes): number {
    return this.view(this.bind(planes, 0));
  }

  private job(direction: Direction, from: Bound, to: Bound, bias: number, mode: number, workspace: number): Job {
    const skip = (from.width - to.width) / 2 - (direction.shape.kernel - 1) / 2;
    return {
      shape: direction.shape,
      from,
      under: from.origin + skip * (from.row + 4),
      to,
      weights: this.task.weights + 4 * direction.start,
      bias,
      mode,
      workspace: this.scratch + 4 * workspace,
    };
  }

  private forwardJob(layer: PackedLayer, i: number, index: number): Job {
    const mode = layer.activation === 'relu' ? RELU : LINEAR;
    const bias = this.task.weights + 4 * layer.bias;
    const workspace = this.workspaces.forwards[index];
    return this.job(layer.forwards, this.values[i].samples, this.values[i + 1].sum, bias, mode, workspace);
  }

  private bindForwards(step: Step, i: number): () => void {
    const { kernels } = this;
    const to = this.values[i + 1];
    if (step.kind === 'add') {
      const [from, other, sum] = [
        this.viewInside(this.values[i].samples, to.samples),
        this.viewInside(this.values[step.other].samples, to.samples),
        this.view(to.samples),
      ];
      const { width, height } = to.samples;
      return () => {
        kernels.pass(from, sum, width, height, LINEAR);
        kernels.pass(other, sum, width, height, ADD);
      };
    }
    const layer = this.packed[step.index];
    const convolve = layer.forwards.plan.convolve(kernels, this.views, this.forwardJob(layer, i, step.index));
    if (layer.activation === 'linear' || layer.activation === 'relu') return convolve;
    const [sums, samples] = [this.view(to.sum), this.view(to.samples)];
    const { width, height } = to.samples;
    const kind = activations.indexOf(layer.activation);
    const slopes = this.task.weights + 4 * layer.slopes;
    return () => {
      convolve();
      kernels.activate(sums, samples, width, height, kind, slopes);
    };
  }

  /** The part of a value that another, with a wider margin, depends on sample for sample. */
  private viewInside(from: Bound, to: Bound): number {
    const skip = (from.width - to.width) / 2;
    return this.view({ ...from, origin: from.origin + skip * (from.row + 4) });
  }

  private bindBackwards(): ((gradient: number) => void)[] {
    const written = this.values.map(() => false);
    written[this.values.length - 1] = true;
    const steps: ((gradient: number) => void)[] = [];
    for (let i = this.graph.steps.length - 1; i >= 0; i--) {
      const step = this.graph.steps[i];
      if (step.kind === 'add') {
        steps.push(this.passTo(i, i + 1, written), this.passTo(step.other, i + 1, written));
        continue;
      }
      const differentiate = this.bindDerivative(i + 1);
      if (differentiate) steps.push(differentiate);
      steps.push(this.bindKernelGradient(step.index, i));
      if (i > 0) steps.push(this.bindInputGradient(step.index, i, written));
    }
    return steps;
  }

  /** How a gradient reaches a value first, later, or through the ReLU that made it. */
  private modeFor(i: number, written: boolean[]): number {
    const first = !written[i];
    written[i] = true;
    if (!first) return ADD;
    return this.masks(i) ? MASK : LINEAR;
  }

  /** Whether the value's samples, which its gradient replaces, tell where its ReLU was off. */
  private masks(i: number): boolean {
    const step = this.graph.steps[i - 1];
    const relu = step?.kind === 'convolution' && step.slice.activation === 'relu';
    return relu && this.values[i].gradient === this.values[i].planes;
  }

  private passTo(i: number, from: number, written: boolean[]): () => void {
    if (i === 0) return () => undefined;
    const { kernels } = this;
    const delta = this.values[from].delta;
    const [source, target] = [this.view(delta), this.viewInside(this.values[i].delta, delta)];
    const mode = this.modeFor(i, written);
    const pass = () => void kernels.pass(source, target, delta.width, delta.height, mode);
    if (mode === ADD || this.values[i].delta.width === delta.width) return pass;
    // Around the part that is passed on lies the last patch's gradient.
    const { start, channels, plane } = this.values[i].gradient;
    const first = this.scratch / 4 + start;
    return () => {
      this.floats.fill(0, first, first + channels * plane);
      pass();
    };
  }

  private bindDerivative(i: number): ((gradient: number) => void) | null {
    const { kernels, task } = this;
    const step = this.graph.steps[i - 1] as Step & { kind: 'convolution' };
    const { activation, slopeStart } = step.slice;
    if (activation === 'linear' || this.masks(i)) return null;
    const value = this.values[i];
    const [gates, deltas] = [this.view(activation === 'prelu' ? value.sum : value.samples), this.view(value.delta)];
    const { width, height } = value.delta;
    const kind = activations.indexOf(activation);
    const slopes = task.weights + 4 * this.packed[step.index].slopes;
    return (gradient) =>
      void kernels.differentiateActivation(gates, deltas, width, height, kind, slopes, gradient + 4 * slopeStart);
  }

  private bindKernelGradient(index: number, i: number): (gradient: number) => void {
    const layer = this.packed[index];
    const { delta } = this.values[i + 1];
    const job = this.forwardJob(layer, i, index);
    const add = layer.forwards.plan.kernelGradient(this.kernels, this.views, { job, delta });
    return (gradient) => add(gradient + 4 * layer.kernelStart, gradient + 4 * layer.biasStart);
  }

  private bindInputGradient(index: number, i: number, written: boolean[]): () => void {
    const { kernels } = this;
    const { backwards } = this.packed[index];
    const workspace = this.workspaces.backwards[index];
    const mode = this.modeFor(i, written);
    const { delta } = this.values[i];
    const from = this.values[i + 1].delta;
    const bind = (to: Bound, how: number) =>
      backwards.plan.convolve(kernels, this.views, this.job(backwards, from, to, this.zeros, how, workspace));
    if (mode !== ADD) return bind(delta, mode);
    // Minimal filtering adds in blocks of its own: the sum is taken beside.
    const spare = { ...this.spare!, channels: delta.channels, width: delta.width, height: delta.height };
    const convolve = bind(spare, LINEAR);
    const [source, target] = [this.view(spare), this.view(delta)];
    return () => {
      convolve();
      kernels.pass(source, target, delta.width, delta.height, ADD);
    };
  }
}
