import type { LayerSlice } from '../../network/parameters';

/** Sixteen floats: one cache line. */
const LINE = 16;

/** How the planes between two layers lie in memory: lengths in floats, `pad` zeros on every side. */
export interface Planes {
  channels: number;
  pad: number;
  row: number;
  plane: number;
  start: number;
}

/** How many pixels around it an output of the layers depends on. */
export const reachOf = (layers: readonly LayerSlice[]) => layers.reduce((sum, { kernel }) => sum + (kernel - 1) / 2, 0);

export const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple;

// An odd number of cache lines: planes a power of two apart would all compete for the same few sets of the cache.
function planeLength(floats: number): number {
  const lines = Math.ceil(floats / LINE) + 1;
  return (lines | 1) * LINE;
}

/**
 * The planes a patch passes through, input first, output last. One buffer serves the activations and then, in place, their gradient;
 * so its border suits the kernel that reads it forwards and the one that reads it backwards.
 */
export function trainingPlanes(layers: readonly LayerSlice[], width: number, height: number): Planes[] {
  let start = 0;
  return [...layers.map((layer) => layer.inputs), 1].map((channels, index) => {
    const forwards = layers[index]?.kernel ?? 1;
    const backwards = index > 1 ? layers[index - 1].kernel : 1;
    const pad = (Math.max(forwards, backwards) - 1) / 2;
    const row = roundUp(width, 16) + 2 * pad;
    const plane = planeLength(row * (height + 2 * pad));
    const planes = { channels, pad, row, plane, start };
    start += channels * plane;
    return planes;
  });
}

/** Rows of a picture that pass through all layers at once: with strips of 128 pixels, what 9-1-7 needs for them fits a cache of 512 KB. */
export const BAND = 8;
const STRIP = 128;

/** How wide the strips of a picture are: equal, and no pixel wasted in the first layer's blocks. */
export function stripWidth(layers: readonly LayerSlice[], width: number): number {
  const around = 2 * (reachOf(layers) - (layers[0].kernel - 1) / 2);
  const strips = Math.ceil(width / Math.max(16, STRIP - around));
  return roundUp(Math.ceil(width / strips) + around, 8) - around;
}

/** Rows of a strip that a thread takes at once: more make fewer seams, at which rows are computed twice. */
const SEGMENT = { least: 64, most: 512 };

/** The height of equal segments of `across` strips, some for each thread and as many for one as for another, so that all end together. */
export function segmentRows(height: number, across: number, threads: number): number {
  const wanted = Math.ceil((height * across) / (4 * threads));
  let segments = Math.ceil(height / Math.max(SEGMENT.least, Math.min(SEGMENT.most, wanted)));
  while ((across * segments) % threads !== 0 && height / (segments + 1) >= SEGMENT.least) segments++;
  return roundUp(Math.ceil(height / segments), BAND);
}

/** The buffers of one band of a strip: each layer's output is smaller than its input by the kernel's reach. */
export function bandPlanes(
  layers: readonly LayerSlice[],
  width: number,
): (Planes & { width: number; height: number })[] {
  let reach = reachOf(layers);
  let start = 0;
  return [...layers.map((layer) => layer.inputs), 1].map((channels, index) => {
    if (index > 0) reach -= (layers[index - 1].kernel - 1) / 2;
    const size = { width: width + 2 * reach, height: BAND + 2 * reach };
    const row = roundUp(size.width, 16) + LINE;
    const plane = planeLength(row * size.height);
    const planes = { channels, pad: reach, row, plane, start, ...size };
    start += channels * plane;
    return planes;
  });
}

/** Floats a thread needs for a patch or a band; the slack is for blocks that reach past the last row. */
export function scratchLength(planes: readonly Planes[]): number {
  const last = planes[planes.length - 1];
  return last.start + last.channels * last.plane + 16 * Math.max(...planes.map((p) => p.row)) + 64;
}

/** Floats a thread needs for a band of a strip. */
export function bandLength(layers: readonly LayerSlice[], strip: number): number {
  const planes = bandPlanes(layers, strip);
  return scratchLength(planes) + tileRoom(layers[0], planes[1].width, planes[1].height).length;
}

/**
 * Groups of 3 taps that a row of the first layer's kernels is taken as in assembly/tiles.ts; 0 for a layer that is computed directly.
 * A group with a single tap saves nothing, and would let rounding depend on a sample beyond the kernel's reach.
 */
const groupsOf = ({ kernelStart, filters, kernel }: LayerSlice) =>
  kernelStart === 0 && filters > 1 && kernel % 3 !== 1 ? Math.ceil(kernel / 3) : 0;

/**
 * The memory that a layer's tiles need for outputs of up to width x height, in floats: the transformed samples, lines for 4 filters, and sums.
 * A plane's slack is for blocks that reach past the last tile.
 */
export function tileRoom(layer: LayerSlice, width: number, height: number) {
  const groups = groupsOf(layer),
    tiles = Math.ceil(width / 2);
  const plane = roundUp(tiles * (height + layer.kernel - 1) + 8, 4),
    line = roundUp(tiles * height + 8, 4);
  const lines = 4 * groups * plane,
    sums = lines + 16 * line;
  return { groups, tiles, plane, line, lines, sums, length: groups ? sums + 16 * groups * layer.kernel : 0 };
}

/**
 * Whether training takes a layer's kernels by assembly/fives.ts: those of 5 x 5 between many planes, where all of 9-5-5's time goes.
 * It rounds about twice as much as the direct convolution, by which narrow layers stay: they take little time anyhow.
 */
const isFives = ({ kernelStart, inputs, filters, kernel }: LayerSlice) =>
  kernelStart > 0 && Math.min(inputs, filters) > 8 && kernel === 5;

/** The memory that such a layer needs in training from `inputs` planes to outputs of up to width x height: as tileRoom; forwards its samples are kept for its kernels' gradient. */
export function fivesRoom(inputs: number, width: number, height: number) {
  const tiles = Math.ceil(width / 4);
  const plane = roundUp(tiles * (height + 4) + 8, 4),
    line = roundUp(tiles * height + 8, 4);
  const lines = 8 * inputs * plane,
    sums = lines + 32 * line;
  return { tiles, plane, line, lines, sums, length: sums + 32 * 5 * inputs };
}

/** The rooms of all such layers, forwards and backwards, one after the other; undefined for other layers. `sizes` are those of the planes between the layers. */
export function fivesRooms(layers: readonly LayerSlice[], sizes: readonly { width: number; height: number }[]) {
  let start = 0;
  const place = (inputs: number, { width, height }: { width: number; height: number }) => {
    const room = { start, ...fivesRoom(inputs, width, height) };
    start += room.length;
    return room;
  };
  const rooms = layers.map((layer, i) =>
    isFives(layer)
      ? { forwards: place(layer.inputs, sizes[i + 1]), backwards: place(layer.filters, sizes[i]) }
      : undefined,
  );
  return { rooms, length: start };
}

/** Where the packed kernels of each layer stand: forwards, biases (a multiple of 4), and for the gradient of its input. */
export interface PackedLayer extends LayerSlice {
  groups: number;
  fives: boolean;
  forwards: number;
  bias: number;
  backwards: number;
}

export function packedLayers(
  layers: readonly LayerSlice[],
  kind: 'train' | 'predict',
): { packed: PackedLayer[]; zeros: number; length: number } {
  let start = 0;
  const take = (length: number) => (start += length) - length;
  const packed = layers.map((layer) => {
    const { filters, inputs, kernel } = layer,
      groups = groupsOf(layer),
      fives = kind === 'train' && isFives(layer);
    const lengthOf = (outputs: number, from: number) =>
      fives ? roundUp(outputs, 4) * 8 * from * 5 : packedLength(outputs, from, kernel);
    return {
      ...layer,
      groups,
      fives,
      forwards: take(groups ? roundUp(filters, 4) * 4 * groups * kernel : lengthOf(filters, inputs)),
      bias: take(roundUp(filters, 4)),
      backwards: take(lengthOf(inputs, filters)),
    };
  });
  const zeros = take(roundUp(Math.max(...layers.map((layer) => layer.inputs)), 4));
  return { packed, zeros, length: start };
}

function packedLength(outputs: number, inputs: number, kernel: number): number {
  return outputs === 1 ? inputs * (kernel + 1) * kernel * 2 : roundUp(outputs, 4) * inputs * kernel * kernel;
}

/** Writes the kernels in the order the inner loops read them; `target` starts as zeros. */
export function packWeights(weights: Float32Array, packed: readonly PackedLayer[], target: Float32Array): void {
  for (const {
    filters,
    inputs,
    kernel,
    kernelStart,
    biasStart,
    end,
    groups,
    fives,
    forwards,
    bias,
    backwards,
  } of packed) {
    const area = kernel ** 2,
      packAll = fives ? packFives : pack;
    if (groups) packTiles(target, forwards, filters, kernel, groups, (f, tap) => weights[kernelStart + f * area + tap]);
    else
      packAll(
        target,
        forwards,
        filters,
        inputs,
        kernel,
        (f, i, tap) => weights[kernelStart + (f * inputs + i) * area + tap],
      );
    // The gradient of a convolution's input is a convolution with the kernels turned by 180 degrees and the channels exchanged.
    packAll(
      target,
      backwards,
      inputs,
      filters,
      kernel,
      (i, f, tap) => weights[kernelStart + (f * inputs + i) * area + area - 1 - tap],
    );
    target.set(weights.subarray(biasStart, end), bias);
  }
}

/** Each row's taps transformed in groups of 3: [filters / 4][j][group][row][4], see assembly/tiles.ts. */
function packTiles(
  target: Float32Array,
  start: number,
  filters: number,
  kernel: number,
  groups: number,
  value: (filter: number, tap: number) => number,
): void {
  for (let f = 0; f < filters; f++)
    for (let g = 0; g < groups; g++)
      for (let r = 0; r < kernel; r++) {
        const [g0, g1, g2] = [0, 1, 2].map((c) => (3 * g + c < kernel ? value(f, r * kernel + 3 * g + c) : 0));
        [g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2].forEach((w, j) => {
          target[start + ((((f >> 2) * 4 + j) * groups + g) * kernel + r) * 4 + (f & 3)] = w;
        });
      }
}

/** Each row's 5 taps transformed: [outputs / 4][j][input][row][4], see assembly/fives.ts. */
function packFives(
  target: Float32Array,
  start: number,
  outputs: number,
  inputs: number,
  _kernel: number,
  value: (output: number, input: number, tap: number) => number,
): void {
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let r = 0; r < 5; r++) {
        const g0 = value(o, i, 5 * r),
          g1 = value(o, i, 5 * r + 1),
          g2 = value(o, i, 5 * r + 2),
          g3 = value(o, i, 5 * r + 3),
          g4 = value(o, i, 5 * r + 4);
        const next = 20 * inputs;
        let at = start + (((o >> 2) * 8 * inputs + i) * 5 + r) * 4 + (o & 3);
        const put = (w: number) => {
          target[at] = w;
          at += next;
        };
        put(g0);
        for (const [point, factor] of [
          [1, -2 / 9],
          [2, 1 / 90],
          [0.5, 32 / 45],
        ]) {
          const even = factor * (g0 + point ** 2 * (g2 + point ** 2 * g4)),
            odd = factor * point * (g1 + point ** 2 * g3);
          put(even + odd);
          put(even - odd);
        }
        put(g4);
      }
}

function pack(
  target: Float32Array,
  start: number,
  outputs: number,
  inputs: number,
  kernel: number,
  value: (output: number, input: number, tap: number) => number,
): void {
  const area = kernel ** 2;
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let tap = 0; tap < area; tap++) {
        const w = value(o, i, tap);
        if (outputs > 1) target[start + (((o >> 2) * inputs + i) * area + tap) * 4 + (o & 3)] = w;
        else {
          // convolveSingle: what the upper row's tap is to this input row, the lower row's is to the next.
          const at = start + (i * (area + kernel) + tap) * 2;
          target[at] = w;
          target[at + 2 * kernel + 1] = w;
        }
      }
}
