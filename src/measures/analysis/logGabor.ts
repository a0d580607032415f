/** Wavelengths of the finest filter and of those above it, in pixels. */
const wavelengths = [6, 12, 24, 48];

/** Directions, at equal distances over half a turn. */
const DIRECTIONS = 4;

/** Deviation of the logarithm of the frequency, and of the direction. */
const FREQUENCY_SPREAD = Math.log(0.55);
const DIRECTION_SPREAD = Math.PI / (DIRECTIONS * 1.2);

/** The filters of one direction over the places of a spectrum, the finest first, and what noise makes of them. */
export interface Direction {
  filters: Float64Array[];
  /** The mean energy of noise whose energy in the finest filter is 1, over all filters together. */
  noise: number;
}

let latest: { width: number; height: number; directions: Direction[] } | undefined;

/**
 * Kovesi's log-Gabor filters (phasecong2), as FSIM takes them: four scales in four directions, below a low pass that
 * keeps the corners of the spectrum out. Those of the latest size are kept, as pictures of a set often have one size.
 */
export function logGaborFilters(width: number, height: number): Direction[] {
  if (latest?.width === width && latest.height === height) return latest.directions;
  const radial = wavelengths.map((wavelength) => overSpectrum(width, height, (x, y) => radialGain(wavelength, x, y)));
  const directions = Array.from({ length: DIRECTIONS }, (_, direction) => {
    const angle = (direction * Math.PI) / DIRECTIONS;
    const spread = overSpectrum(width, height, (x, y) => angularGain(angle, x, y));
    const filters = radial.map((gains) => gains.map((gain, i) => gain * spread[i]));
    return { filters, noise: noiseOf(filters, width, height) };
  });
  latest = { width, height, directions };
  return directions;
}

/** Values at the frequencies of a spectrum whose first place is frequency zero, in cycles per pixel. */
function overSpectrum(width: number, height: number, at: (x: number, y: number) => number): Float64Array {
  const values = new Float64Array(width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) values[i++] = at(frequency(x, width), frequency(y, height));
  return values;
}

/** As Kovesi's code, an odd side is divided by one less than its length. */
function frequency(place: number, side: number): number {
  const half = Math.floor(side / 2);
  const index = ((place + half) % side) - half;
  return index / (side % 2 ? side - 1 : side);
}

function radialGain(wavelength: number, x: number, y: number): number {
  const radius = Math.hypot(x, y);
  if (radius === 0) return 0;
  const gain = Math.exp(-(Math.log(radius * wavelength) ** 2) / (2 * FREQUENCY_SPREAD ** 2));
  return gain / (1 + (radius / 0.45) ** 30);
}

function angularGain(angle: number, x: number, y: number): number {
  const theta = Math.atan2(-y, x);
  const sine = Math.sin(theta - angle),
    cosine = Math.cos(theta - angle);
  return Math.exp(-(Math.atan2(sine, cosine) ** 2) / (2 * DIRECTION_SPREAD ** 2));
}

/** Kovesi's estimate of noise: the filters' even parts squared, and their products, by Parseval's theorem. */
function noiseOf(filters: Float64Array[], width: number, height: number): number {
  const even = filters.map((filter) => evenPart(filter, width, height));
  let squares = 0,
    products = 0;
  for (let i = 0; i < even[0].length; i++)
    for (let s = 0; s < even.length; s++) {
      squares += even[s][i] ** 2;
      for (let t = s + 1; t < even.length; t++) products += even[s][i] * even[t][i];
    }
  const finest = filters[0].reduce((sum, gain) => sum + gain * gain, 0);
  return (2 * squares + 4 * products) / finest;
}

/** The part that is the same at opposite frequencies: the spectrum of the filter's real part. */
function evenPart(filter: Float64Array, width: number, height: number): Float64Array {
  return filter.map((gain, i) => {
    const x = i % width,
      y = Math.floor(i / width);
    return (gain + filter[((height - y) % height) * width + ((width - x) % width)]) / 2;
  });
}
