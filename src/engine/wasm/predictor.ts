import { type Kernels, LINEAR, RELU } from './kernels';
import { BAND, bandPlanes, packedLayers, scratchLength, tileRoom } from './layout';
import type { Task } from './task';
import { layerSlices } from '../../network/parameters';

/**
 * The network's output for parts of a picture: strips, each walked downwards in bands of rows, so that all planes of a band stay in the cache.
 * A layer's input keeps the rows that the next band needs too. Each layer sees zeros outside the picture, as if there were no parts.
 */
export function predictor(task: Task, scratch: number, memory: WebAssembly.Memory, kernels: Kernels) {
  const layers = layerSlices({ channels: 1, layers: task.layers });
  const { packed } = packedLayers(layers, 'predict');
  const planes = bandPlanes(layers, task.stripWidth).map((p) => ({ ...p, base: scratch / 4 + p.start }));
  const output = planes[planes.length - 1];
  const room = tileRoom(layers[0], planes[1].width, planes[1].height);
  const transformed = scratch + 4 * scratchLength(planes),
    lines = transformed + 4 * room.lines;
  const floats = new Float32Array(memory.buffer);
  const across = Math.ceil(task.width / task.stripWidth);
  floats.fill(0, scratch / 4, (scratch + task.scratchBytes) / 4);

  /** Zeros where `width` samples of `count` rows from `first`, standing for the picture's rows from `top`, lie outside the picture. */
  const clearOutside = (
    p: (typeof planes)[number],
    first: number,
    count: number,
    left: number,
    top: number,
    width: number,
  ) => {
    const fromX = Math.max(0, -left),
      toX = Math.min(width, task.width - left);
    for (let c = 0; c < p.channels; c++)
      for (let y = 0; y < count; y++) {
        const row = p.base + c * p.plane + (first + y) * p.row;
        if (top + y < 0 || top + y >= task.height) floats.fill(0, row, row + width);
        else {
          // A call of fill takes longer than these few samples.
          for (let x = 0; x < fromX; x++) floats[row + x] = 0;
          for (let x = toX; x < width; x++) floats[row + x] = 0;
        }
      }
  };
  const readRows = (count: number, first: number, left: number, top: number) => {
    const p = planes[0];
    const fromX = Math.max(0, -left),
      toX = Math.min(p.width, task.width - left);
    for (let y = Math.max(0, -top); y < Math.min(count, task.height - top); y++) {
      const source = task.input / 4 + (top + y) * task.width + left;
      kernels.copy(4 * (p.base + (first + y) * p.row + fromX), 4 * (source + fromX), 4 * (toX - fromX));
    }
  };
  const convolve = (i: number, rows: number, firstOut: number, spare: number) => {
    const l = packed[i],
      a = planes[i],
      b = planes[i + 1],
      width = b.width - spare,
      mode = l.activation === 'relu' ? RELU : LINEAR;
    const weights = task.weights + 4 * l.forwards,
      bias = task.weights + 4 * l.bias,
      out = 4 * (b.base + firstOut * b.row);
    if (b.channels === 1)
      kernels.convolveSingle(
        4 * a.base,
        a.channels,
        4 * a.plane,
        4 * a.row,
        weights,
        bias,
        l.kernel,
        out,
        4 * b.row,
        width,
        rows,
        mode,
      );
    else if (l.groups) {
      const tiles = Math.ceil(width / 2);
      kernels.transformWinograd3(
        4 * a.base,
        4 * a.row,
        rows + l.kernel - 1,
        room.groups,
        tiles,
        transformed,
        4 * room.plane,
      );
      kernels.convolveWinograd3(
        transformed,
        4 * room.plane,
        room.groups,
        l.kernel,
        tiles,
        weights,
        bias,
        lines,
        4 * room.line,
        out,
        b.channels,
        4 * b.plane,
        4 * b.row,
        width,
        rows,
        mode,
      );
    } else
      kernels.convolve(
        4 * a.base,
        a.channels,
        4 * a.plane,
        4 * a.row,
        weights,
        bias,
        l.kernel,
        out,
        b.channels,
        4 * b.plane,
        4 * b.row,
        width,
        rows,
        mode,
      );
  };
  const moveUp = (p: (typeof planes)[number], from: number, count: number) => {
    for (let c = 0; c < p.channels && count > 0; c++) {
      const start = 4 * (p.base + c * p.plane);
      kernels.copy(start, start + 4 * from * p.row, 4 * count * p.row);
    }
  };
  /** The output's rows y to y + count of the strip at x, `spare` samples narrower than others; `kept` says how many rows each layer's input has from the band above. */
  const band = (x: number, y: number, count: number, spare: number, kept: number[]) => {
    // The first band fills the inputs with all that its output depends on, later ones add as many rows as come out.
    let fresh = count + 2 * planes[0].pad - kept.reduce((sum, rows) => sum + rows, 0);
    packed.forEach((l, i) => {
      const a = planes[i],
        top = y + count + a.pad - fresh;
      if (i === 0) readRows(fresh, kept[0], x - a.pad, top);
      clearOutside(a, kept[i], fresh, x - a.pad, top, a.width - spare);
      const rows = kept[i] + fresh - (l.kernel - 1);
      convolve(i, rows, kept[i + 1] ?? 0, spare);
      moveUp(a, rows, l.kernel - 1);
      kept[i] = l.kernel - 1;
      fresh = rows;
    });
  };
  return (chunk: number) => {
    const x = (chunk % across) * task.stripWidth,
      top = Math.floor(chunk / across) * task.segmentHeight;
    const width = Math.min(task.stripWidth, task.width - x),
      bottom = Math.min(top + task.segmentHeight, task.height);
    const kept = packed.map(() => 0);
    for (let y = top; y < bottom; y += BAND) {
      const count = Math.min(BAND, bottom - y);
      band(x, y, count, task.stripWidth - width, kept);
      for (let row = 0; row < count; row++) {
        kernels.copy(task.target + 4 * ((y + row) * task.width + x), 4 * (output.base + row * output.row), 4 * width);
      }
    }
  };
}
