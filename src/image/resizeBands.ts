import { memoryFor, roomFor } from '../arithmetic/memory';
import type { Plane } from './image';
import type { Filter } from './resizeFilters';

/** A plane in double precision. */
export type Samples = { data: Float64Array; width: number; height: number };

/** The filters that a plane passes through; a direction without a filter keeps its size. */
export interface Passes {
  across?: Filter;
  down?: Filter;
  columnsFirst: boolean;
  /**
   * The factor by which the sums of each pass are multiplied before they are rounded to 8 bits; 0: they stay as they
   * are.
   */
  units: [number, number];
}

/** Samples of a band: so few that its planes stay in the cache. */
const BAND_SAMPLES = 2 ** 17;

/** Fills `result` band by band: each is computed from the rows that it comes from. */
export function resizeBands<Data extends Float32Array | Float64Array>(
  from: Plane | Samples,
  passes: Passes,
  result: Data,
): Data {
  const { across, down } = passes;
  const width = across?.counts.length ?? from.width;
  const height = down?.counts.length ?? from.height;
  const wide = Math.max(from.width, width);
  const rows = Math.max(4, Math.floor(BAND_SAMPLES / (wide * Math.max(1, from.height / height))));
  const bands = Array.from({ length: Math.ceil(height / rows) }, (_, i): Band => {
    const [top, bottom] = [i * rows, Math.min(height, (i + 1) * rows)];
    const [first, last] = down ? rowsUnder(down, top, bottom) : [top, bottom];
    return { top, bottom, first, last };
  });
  const run = bindPasses(from, passes, width, Math.max(...bands.map(({ first, last }) => last - first)), rows);
  for (const band of bands) run(band, result);
  return result;
}

/** Rows `top` to `bottom` of the result, computed from rows `first` to `last`. */
interface Band {
  top: number;
  bottom: number;
  first: number;
  last: number;
}

/** The rows that some outputs of a filter come from. */
function rowsUnder({ taps, counts, positions }: Filter, top: number, bottom: number): [number, number] {
  let [first, last] = [Infinity, 0];
  for (let y = top; y < bottom; y++)
    for (let k = y * taps; k < y * taps + counts[y]; k++) {
      first = Math.min(first, positions[k]);
      last = Math.max(last, positions[k] + 1);
    }
  return [first, last];
}

/** The passes bound to memory for bands of up to `rows` rows, which come from up to `most`. */
function bindPasses(from: Plane | Samples, passes: Passes, width: number, most: number, rows: number) {
  const { across, down, columnsFirst, units } = passes;
  const samples = Math.max(most, rows) * Math.max(from.width, width) + 4 * Math.max(from.width, width) + 8;
  const { kernels, buffer, addresses } = memoryFor({
    source: 4 * samples,
    input: 8 * samples,
    between: 8 * samples,
    output: 8 * samples,
    room: 32 * (Math.max(from.width, width) + roomFor(width)),
    starts: 4 * (down?.taps ?? 0),
    ...filterSizes('across', across),
    ...filterSizes('down', down),
  });
  if (across) loadFilter(buffer, across, addresses.acrossCounts, addresses.acrossPositions, addresses.acrossWeights);
  if (down) loadFilter(buffer, down, addresses.downCounts, addresses.downPositions, addresses.downWeights);
  const alongRows = (source: number, height: number, unit: number, target: number) =>
    kernels.resizeRows(
      source,
      from.width,
      height,
      across!.taps,
      addresses.acrossCounts,
      addresses.acrossPositions,
      addresses.acrossWeights,
      width,
      unit,
      addresses.room,
      target,
    );
  const downColumns = (source: number, wide: number, { first, top, bottom }: Band, unit: number, target: number) =>
    kernels.resizeColumns(
      source,
      first,
      wide,
      top,
      bottom,
      down!.taps,
      addresses.downCounts,
      addresses.downPositions,
      addresses.downWeights,
      unit,
      addresses.starts,
      target,
    );
  return (band: Band, result: Float32Array | Float64Array) => {
    const { input, between, output, source } = addresses;
    const height = band.bottom - band.top;
    const rowsOf = from.data.subarray(band.first * from.width, band.last * from.width);
    if (rowsOf instanceof Float64Array) new Float64Array(buffer, input, rowsOf.length).set(rowsOf);
    else {
      new Float32Array(buffer, source, rowsOf.length).set(rowsOf);
      kernels.widen(source, input, rowsOf.length);
    }
    if (!down) alongRows(input, height, units[0], output);
    else if (!across) downColumns(input, width, band, units[0], output);
    else if (columnsFirst) {
      downColumns(input, from.width, band, units[0], between);
      alongRows(between, height, units[1], output);
    } else {
      alongRows(input, band.last - band.first, units[0], between);
      downColumns(between, width, band, units[1], output);
    }
    const count = height * width;
    if (!(result instanceof Float64Array)) kernels.narrow(output, source, count);
    const done =
      result instanceof Float64Array
        ? new Float64Array(buffer, output, count)
        : new Float32Array(buffer, source, count);
    result.set(done, band.top * width);
  };
}

const filterSizes = <Name extends string>(name: Name, filter?: Filter) =>
  ({
    [`${name}Counts`]: 4 * (filter?.counts.length ?? 0),
    [`${name}Positions`]: 4 * (filter?.positions.length ?? 0),
    [`${name}Weights`]: 8 * (filter?.weights.length ?? 0),
  }) as Record<`${Name}${'Counts' | 'Positions' | 'Weights'}`, number>;

function loadFilter(buffer: ArrayBufferLike, filter: Filter, counts: number, positions: number, weights: number): void {
  new Int32Array(buffer, counts, filter.counts.length).set(filter.counts);
  new Int32Array(buffer, positions, filter.positions.length).set(filter.positions);
  new Float64Array(buffer, weights, filter.weights.length).set(filter.weights);
}
