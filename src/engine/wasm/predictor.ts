import { activations } from '../../network/network';
import { ADD, type Kernels, LINEAR, RELU } from './kernels';
import { BAND, bandMemory, type BandValue, tileOf } from './plan/bands';
import { type Graph, graphOf, type Step } from './plan/graph';
import { packedLayers, type PackedLayer } from './plan/packed';
import { type Bound, roundUp } from './plan/plan';
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
  private readonly tile: number;
  private x = 0;
  /** Of the strip, in whole tiles. */
  private width = 0;

  constructor(
    private readonly task: PredictTask,
    scratch: number,
    memory: WebAssembly.Memory,
    private readonly kernels: Kernels,
  ) {
    this.graph = graphOf({ channels: task.channels as 1 | 3, layers: task.layers });
    this.packed = packedLayers(this.graph.slices, 'predict').packed;
    this.tile = tileOf(this.packed);
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
    this.width = roundUp(width, this.tile);
    for (const value of this.values) value.top = value.bottom = top - value.before;
    for (let y = top; y < bottom; y += BAND) this.band(y, width, Math.min(BAND, bottom - y));
  }

  private band(y: number, width: number, rowsWanted: number): void {
    const { values, graph } = this;
    const count = roundUp(rowsWanted, this.tile);
    this.readRows(y + count + values[0].after);
    graph.steps.forEach((step, i) => {
      const to = values[i + 1];
      const rows = y + count + to.after - to.bottom;
      if (step.kind === 'convolution') this.convolve(step, i, rows);
      else this.add(step, i, rows);
      if (i < graph.steps.length - 1) this.clearOutside(to, rows);
      to.bottom += rows;
    });
    this.writeRows(y, width, rowsWanted);
    for (const value of values) this.moveUp(value);
  }

  /** The samples of a value from a row of the picture on, `columns` beside its first. */
  private part(value: Value, row: number, rows: number, columns = 0): Bound {
    const { channels, base, before, after } = value;
    return {
      channels,
      plane: 4 * value.plane,
      row: 4 * value.row,
      pad: 0,
      origin: base + 4 * ((row - value.top) * value.row + columns),
      width: this.width + before + after,
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
    const slopes = task.weights + 4 * layer.slopes;
    const bent = activation === 'prelu' && layer.forwards.plan.bends;
    const [input, output] = [this.values[i], this.values[i + 1]];
    const to = this.part(output, output.bottom, rows);
    const reach = (slice.kernel - 1) / 2;
    const from = this.part(input, output.bottom - reach, rows + 2 * reach, input.before - output.before - reach);
    views.restart(this.firstView);
    layer.forwards.plan.convolve(kernels, views, {
      shape: layer.forwards.shape,
      from,
      under: from.origin,
      to,
      weights: task.weights + 4 * layer.forwards.start,
      bias: task.weights + 4 * layer.bias,
      mode: activation === 'relu' ? RELU : LINEAR,
      slopes: bent ? slopes : undefined,
      workspace,
    })();
    if (activation === 'linear' || activation === 'relu' || bent) return;
    const view = this.view(to);
    const kind = activations.indexOf(activation);
    kernels.activate(view, view, to.width, rows, kind, slopes);
  }

  private add({ other }: Step & { kind: 'add' }, i: number, rows: number): void {
    const { values, kernels, views } = this;
    const to = values[i + 1];
    const sum = this.part(to, to.bottom, rows);
    views.restart(this.firstView);
    const target = this.view(sum);
    const from = (value: Value) => this.view(this.part(value, to.bottom, rows, value.before - to.before));
    kernels.pass(from(values[i]), target, sum.width, rows, LINEAR);
    kernels.pass(from(values[other]), target, sum.width, rows, ADD);
  }

  /** The samples of an image of the whole picture's width from (x, y) on. */
  private pictureView(address: number, count: number, factor: number, x: number, y: number): number {
    const [width, height] = [this.task.width * factor, this.task.height * factor];
    return this.views.add({
      data: address + 4 * (y * width + x),
      plane: 4 * width * height,
      row: 4 * width,
      count,
    });
  }

  /** The columns of a value that lie inside the picture, from the value's first. */
  private columnsInside({ before, after }: Value): [number, number] {
    const left = this.x - before;
    return [Math.max(0, -left), Math.min(this.width + before + after, this.task.width - left)];
  }

  /** The input's rows up to `bottom`, zeros outside the picture. */
  private readRows(bottom: number): void {
    const { task, kernels, views } = this;
    const [value] = this.values;
    const rows = bottom - value.bottom;
    const [left, right] = this.columnsInside(value);
    const [from, to] = [Math.max(0, value.bottom), Math.min(bottom, task.height)];
    if (to > from) {
      views.restart(this.firstView);
      const source = this.pictureView(task.input, value.channels, 1, this.x - value.before + left, from);
      kernels.copyRows(source, this.view(this.part(value, from, to - from, left)), 4 * (right - left), to - from);
    }
    this.clearOutside(value, rows);
    value.bottom = bottom;
  }

  /** Zeroes the part of a value's next rows that lies outside the picture. */
  private clearOutside(value: Value, rows: number): void {
    const { task, kernels, views } = this;
    const { bottom } = value;
    const part = this.part(value, bottom, rows);
    const [left, right] = this.columnsInside(value);
    const inside = bottom >= 0 && bottom + rows <= task.height;
    if (inside && left === 0 && right === part.width) return;
    views.restart(this.firstView);
    kernels.clearOutside(this.view(part), part.width, rows, left, right, -bottom, task.height - bottom);
  }

  private writeRows(y: number, width: number, count: number): void {
    const { task, kernels, x, views } = this;
    const { factor } = this.graph;
    const output = this.values[this.values.length - 1];
    views.restart(this.firstView);
    const source = this.view(this.part(output, y, count));
    const target = this.pictureView(task.target, task.channels, factor, x * factor, y * factor);
    if (factor > 1) kernels.writeShuffled(source, factor, target, width, count);
    else kernels.copyRows(source, target, 4 * width, count);
  }

  /** The rows that the next band needs come to the top of the buffer. */
  private moveUp(value: Value): void {
    if (value.keep > 0) {
      this.views.restart(this.firstView);
      const to = this.view(this.part(value, value.top, value.keep));
      const from = this.view(this.part(value, value.bottom - value.keep, value.keep));
      this.kernels.copyRows(from, to, 4 * value.row * value.keep, 1);
    }
    value.top = value.bottom - value.keep;
  }
}
