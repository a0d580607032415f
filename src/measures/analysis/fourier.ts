import { memoryFor } from '../../arithmetic/memory';

/** Complex samples row after row. */
export interface Spectrum {
  re: Float64Array;
  im: Float64Array;
  width: number;
  height: number;
}

/** The discrete Fourier transform over both directions, as fft2: not scaled. The samples may have imaginary parts. */
export function fourier(data: Float64Array, width: number, height: number, imaginary?: Float64Array): Spectrum {
  const spectrum = { re: data.slice(), im: imaginary?.slice() ?? new Float64Array(data.length), width, height };
  transform(spectrum);
  return spectrum;
}

/** The inverse, as ifft2: divided by the number of samples; the spectrum is overwritten. */
export function inverse({ re, im, width, height }: Spectrum): Spectrum {
  // Swapping the parts before and after turns the transform into its inverse.
  transform({ re: im, im: re, width, height });
  const scale = 1 / (width * height);
  for (let i = 0; i < re.length; i++) {
    re[i] *= scale;
    im[i] *= scale;
  }
  return { re, im, width, height };
}

/** Bytes of a number. */
const BYTES = 8;

/** In place, along rows and then along columns. */
function transform({ re, im, width, height }: Spectrum): void {
  const [across, down] = [tableOf(width), tableOf(height)];
  const bytes = BYTES * re.length;
  const { kernels, buffer, addresses } = memoryFor({
    re: bytes,
    im: bytes,
    across: BYTES * across.values.length,
    down: BYTES * down.values.length,
    workspace: 4 * BYTES * Math.max(across.size, down.size),
  });
  const at = (start: number, length: number) => new Float64Array(buffer, start, length);
  at(addresses.re, re.length).set(re);
  at(addresses.im, im.length).set(im);
  at(addresses.across, across.values.length).set(across.values);
  at(addresses.down, down.values.length).set(down.values);
  const { re: p, im: q, workspace } = addresses;
  const row = BYTES * width;
  kernels.fourierLines(p, q, height, width, row, BYTES, across.size, addresses.across, workspace);
  kernels.fourierLines(p, q, width, height, BYTES, row, down.size, addresses.down, workspace);
  re.set(at(p, re.length));
  im.set(at(q, im.length));
}

/** What the kernel needs for lines of one length. */
interface Table {
  /** The power of two in which lines are convolved with a chirp. */
  size: number;
  /** Turns, chirp and filter. */
  values: Float64Array;
}

const tables = new Map<number, Table>();

function tableOf(length: number): Table {
  let found = tables.get(length);
  if (!found) tables.set(length, (found = makeTable(length)));
  return found;
}

/** Bluestein's transform of any length: a convolution with a chirp, by transforms of a power of two. */
function makeTable(length: number): Table {
  const size = 2 ** Math.max(1, Math.ceil(Math.log2(2 * length - 1)));
  const turn = turns(size, size / 2);
  // k * k modulo twice the length, as the angle of a large k * k would lose digits.
  const chirp = turns(2 * length, 2 * length);
  const square = Int32Array.from({ length }, (_, k) => (k * k) % (2 * length));
  const cos = Float64Array.from(square, (k) => chirp.cos[k]),
    sin = Float64Array.from(square, (k) => chirp.sin[k]);
  const filterRe = new Float64Array(size),
    filterIm = new Float64Array(size);
  for (let k = 0; k < length; k++) {
    filterRe[k] = filterRe[(size - k) % size] = cos[k] / size;
    filterIm[k] = filterIm[(size - k) % size] = -sin[k] / size;
  }
  const filter = frequenciesOf(filterRe, filterIm, [...turn.cos, ...turn.sin]);
  return { size, values: Float64Array.from([...turn.cos, ...turn.sin, ...cos, ...sin, ...filter]) };
}

/** cos and sin of -2 pi k / length for k below `count`. */
function turns(length: number, count: number): { cos: Float64Array; sin: Float64Array } {
  const angle = (k: number) => (-2 * Math.PI * k) / length;
  return {
    cos: Float64Array.from({ length: count }, (_, k) => Math.cos(angle(k))),
    sin: Float64Array.from({ length: count }, (_, k) => Math.sin(angle(k))),
  };
}

/** Both parts of a line's transform, one after the other, in the kernel's order. */
function frequenciesOf(re: Float64Array, im: Float64Array, turn: number[]): number[] {
  const { length } = re;
  const sizes = { re: 2 * BYTES * length, im: 2 * BYTES * length, table: BYTES * turn.length };
  const { kernels, buffer, addresses } = memoryFor(sizes);
  // The kernel takes two lines side by side: here the same one twice.
  const [p, q] = [addresses.re, addresses.im].map((start) => new Float64Array(buffer, start, 2 * length));
  new Float64Array(buffer, addresses.table, turn.length).set(turn);
  re.forEach((value, k) => p.fill(value, 2 * k, 2 * k + 2));
  im.forEach((value, k) => q.fill(value, 2 * k, 2 * k + 2));
  kernels.toFrequencies(addresses.re, addresses.im, length, addresses.table);
  const first = (part: Float64Array) => [...part].filter((_, i) => i % 2 === 0);
  return [...first(p), ...first(q)];
}
