import { activations } from '../../network/network';
import { ADD, type Kernels, LINEAR, RELU } from './kernels';
import { BAND, bandMemory, type BandValue } from './plan/bands';
import { type Graph, graphOf, type Step } from './plan/graph';
import { packedLayers, type PackedLayer } from './plan/packed';
import type { Bound } from './plan/plan';
import { Views } from './plan/views';
import type { PredictTask } from './task';

/** A value of the band under way; its rows in the buffer are those of the picture from `top` to `bottom`. */
interface Value extends BandValue {
  /** Address of the buffer. */
  base: number;
  top: number;
  bottom: number;
}

/**
 * The network's output for parts of a picture. A value keeps the rows that the next band needs too. Each layer sees
 * zeros outside the picture, as if there were no parts.
 */
export function predictor(task: PredictTask, scratch: number, memory: WebAssembly.Memory, kernels: Kernels) {
  const across = Math.ceil(task.width / task.stripWidth);
  const strip = new Strip(task, scratch, memory, kernels);
  return (chunk: number) => {
    const x = (chunk % across) * task.stripWidth;
    const top = Math.floor(chunk / across) * task.segmentHeight;
    const width = Math.min(task.stripWidth, task.width - x);
    strip.walk(x, width, top, Math.min(top + task.segmentHeight, task.height));
  };
}

class Strip {
  private readonly graph: Graph;
  private readonly packed: PackedLayer[];
  private readonly values: Value[];
  private readonly views: Views;
  private readonly firstView: number;
  private readonly workspace: number;
  private readonly floats: Float32Array;
  private x = 0;
  private width = 0;

  constructor(
    private readonly task: PredictTask,
    scratch: number,
    memory: WebAssembly.Memory,
    private readonly kernels: Kernels,
  ) {
    this.graph = graphOf({ channels: task.channels as 1 | 3, layers: task.layers });
    this.packed = packedLayers(this.graph.slices, 'predict').packed;
    const { values, workspace, views } = bandMemory(this.graph, this.packed, task.stripWidth);
    this.values = values.map((value) => ({ ...value, base: scratch + 4 * value.start, top: 0, bottom: 0 }));
    this.workspace = scratch + 4 * workspace;
    this.firstView = scratch + 4 * views;
    this.views = new Views(memory, this.firstView);
    this.floats = new Float32Array(memory.buffer);
    this.floats.fill(0, scratch / 4, (scratch + task.scratchBytes) / 4);
  }

  /** Computes the output of rows `top` to `bottom` of the strip that begins at column x. */
  walk(x: number, width: number, top: number, bottom: number): void {
    this.x = x;
    this.width = width;
    for (const value of this.values) value.top = value.bottom = top - value.pad;
    for (let y = top; y < bottom; y += BAND) this.band(y, Math.min(BAND, bottom - y));
  }

  private band(y: number, count: number): void {
    const { values, graph } = this;
    this.readRows(y + count + values[0].pad);
    graph.steps.forEach((step, i) => {
      const to = values[i + 1];
      const rows = y + count + to.pad - to.bottom;
      if (step.kind === 'convolution') this.convolve(step, i, rows);
      else this.add(step, i, rows);
      if (i < graph.steps.length - 1) this.clearOutside(to, rows);
      to.bottom += rows;
    });
    this.writeRows(y, count);
    for (const value of values) this.moveUp(value);
  }

  /** The samples of a value from a row of the picture on, `columns` beside its first. */
  private part(value: Value, row: number, rows: number, columns = 0): Bound {
    const { channels, base, pad } = value;
    return {
      channels,
      plane: 4 * value.plane,
      row: 4 * value.row,
      pad: 0,
      origin: base + 4 * ((row - value.top) * value.row + columns),
      width: this.width + 2 * pad,
      height: rows,
    };
  }

  private view({ origin, plane, row, channels }: Bound): number {
    return this.views.add({ data: origin, plane, row, count: channels });
  }

  private convolve({ index, slice }: Step & { kind: 'convolution' }, i: number, rows: number): void {
    const { views, kernels, task, workspace } = this;
    const layer = this.packed[index];
    const { activation } = layer;
    const to = this.part(this.values[i + 1], this.values[i + 1].bottom, rows);
    const reach = (slice.kernel - 1) / 2;
    const from = this.part(this.values[i], this.values[i + 1].bottom - reach, rows + 2 * reach);
    views.restart(this.firstView);
    layer.forwards.plan.convolve(kernels, views, {
      shape: layer.forwards.shape,
      from,
      under: from.origin,
      to,
      weights: task.weights + 4 * layer.forwards.start,
      bias: task.weights + 4 * layer.bias,
      mode: activation === 'relu' ? RELU : LINEAR,
      workspace,
    })();
    if (activation === 'linear' || activation === 'relu') return;
    const view = this.view(to);
    const kind = activations.indexOf(activation);
    kernels.activate(view, view, to.width, rows, kind, task.weights + 4 * layer.slopes);
  }

  private add({ other }: Step & { kind: 'add' }, i: number, rows: number): void {
    const { values, kernels, views } = this;
    const to = values[i + 1];
    const sum = this.part(to, to.bottom, rows);
    views.restart(this.firstView);
    const target = this.view(sum);
    const from = (value: Value) => this.view(this.part(value, to.bottom, rows, value.pad - to.pad));
    kernels.pass(from(values[i]), target, sum.width, rows, LINEAR);
    kernels.pass(from(values[other]), target, sum.width, rows, ADD);
  }

  /** The input's rows up to `bottom`, zeros outside the picture. */
  private readRows(bottom: number): void {
    const { task, kernels, x } = this;
    const [value] = this.values;
    const rows = bottom - value.bottom;
    const left = x - value.pad;
    const fromX = Math.max(0, -left);
    const toX = Math.min(this.width + 2 * value.pad, task.width - left);
    for (let c = 0; c < value.channels; c++)
      for (let y = Math.max(0, value.bottom); y < Math.min(bottom, task.height); y++) {
        const source = (c * task.height + y) * task.width + left;
        const target = value.base + 4 * (c * value.plane + (y - value.top) * value.row + fromX);
        kernels.copy(target, task.input + 4 * (source + fromX), 4 * (toX - fromX));
      }
    this.clearOutside(value, rows);
    value.bottom = bottom;
  }

  /** Zeroes the part of a value's next rows that lies outside the picture. */
  private clearOutside(value: Value, rows: number): void {
    const { task, floats } = this;
    const width = this.width + 2 * value.pad;
    const left = this.x - value.pad;
    const fromX = Math.max(0, -left);
    const toX = Math.min(width, task.width - left);
    const inside = value.bottom >= 0 && value.bottom + rows <= task.height;
    if (inside && fromX === 0 && toX === width) return;
    for (let c = 0; c < value.channels; c++)
      for (let y = value.bottom; y < value.bottom + rows; y++) {
        const row = value.base / 4 + c * value.plane + (y - value.top) * value.row;
        if (y < 0 || y >= task.height) floats.fill(0, row, row + width);
        else {
          // A call of fill takes longer than these few samples.
          for (let x = 0; x < fromX; x++) floats[row + x] = 0;
          for (let x = toX; x < width; x++) floats[row + x] = 0;
        }
      }
  }

  private writeRows(y: number, count: number): void {
    const { task, kernels, width, x, graph } = this;
    const { factor } = graph;
    const output = this.values[this.values.length - 1];
    const [wide, high] = [task.width * factor, task.height * factor];
    if (factor > 1) {
      this.views.restart(this.firstView);
      const target = task.target + 4 * (y * factor * wide + x * factor);
      kernels.writeShuffled(
        this.view(this.part(output, y, count)),
        factor,
        target,
        4 * wide,
        4 * wide * high,
        width,
        count,
      );
      return;
    }
    for (let c = 0; c < output.channels; c++)
      for (let row = y; row < y + count; row++) {
        const source = output.base + 4 * (c * output.plane + (row - output.top) * output.row);
        kernels.copy(task.target + 4 * ((c * high + row) * wide + x), source, 4 * width);
      }
  }

  /** The rows that the next band needs come to the top of the buffer. */
  private moveUp(value: Value): void {
    const from = value.bottom - value.keep - value.top;
    for (let c = 0; c < value.channels && value.keep > 0; c++) {
      const start = value.base + 4 * c * value.plane;
      this.kernels.copy(start, start + 4 * from * value.row, 4 * value.keep * value.row);
    }
    value.top += from;
  }
}
