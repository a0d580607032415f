import type { Image, Plane } from '../image/image';
import { type Spectrum, fourier, inverse } from './analysis/fourier';
import { luminancePair } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/** Degrees that the picture fills, seen from 3.5 times its height. */
const VIEWING_ANGLE = (1 / 3.5) * (180 / Math.PI);

/** Octave bands beside the lowest. */
const BANDS = 5;

/**
 * Noise quality measure in dB (Damera-Venkata et al., IEEE TIP 9(4), 2000): the signal to noise ratio of what an eye
 * sees of both pictures in five bands of an octave, after contrast masking, on luminance. Infinity for pictures that
 * look equal; -Infinity where nothing of the truth is seen. The picture fills the same angle whatever its size, as in
 * MeTriX MuX, whose form of the authors' code is followed: the tables of Dong et al. agree with it.
 */
export function nqm(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  const [original, compared] = luminancePair(restored, truth, options);
  // One transform for both: the filters keep real and imaginary parts apart.
  const spectrum = fourier(original.data, original.width, original.height, compared.data);
  let [below, belowCompared] = bandOf(spectrum, 0);
  const seen = new Float64Array(original.data.length),
    seenCompared = new Float64Array(original.data.length);
  for (let band = 1; band <= BANDS; band++) {
    const [a, b] = bandOf(spectrum, band);
    const detection = threshold(2 ** band / VIEWING_ANGLE);
    const masking = threshold(band);
    for (let i = 0; i < a.length; i++) {
      const contrast = contrastOf(a[i], below[i]),
        other = contrastOf(b[i], belowCompared[i]);
      // As in the authors' code, the contrast is clipped upwards only to decide about masking.
      const clipped = Math.abs(other) > 1 ? 1 : other;
      const masked = Math.abs(clipped - contrast) < masking * (0.86 * (contrast / masking - 1) + 0.3);
      if (Math.abs(contrast) >= detection) seen[i] += a[i];
      if (Math.abs(other) >= detection) seenCompared[i] += masked ? a[i] : b[i];
    }
    [below, belowCompared] = [add(below, a), add(belowCompared, b)];
  }
  return ratio(seen, seenCompared);
}

/** Below this a band's value is rounding: there is no contrast, even without any light below. */
const NOTHING = 1e-9;

const contrastOf = (value: number, below: number) => (Math.abs(value) < NOTHING ? 0 : value / below);

const add = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]);

function ratio(signal: Float64Array, compared: Float64Array): number {
  let power = 0,
    noise = 0;
  for (let i = 0; i < signal.length; i++) {
    power += signal[i] ** 2;
    noise += (signal[i] - compared[i]) ** 2;
  }
  if (noise === 0) return Infinity;
  return 10 * Math.log10(power / noise);
}

/** Contrast that is just seen at so many cycles per degree: the inverse of Mannos and Sakrison's sensitivity. */
const threshold = (frequency: number) =>
  1 / (200 * 2.6 * (0.0192 + 0.114 * frequency) * Math.exp(-((0.114 * frequency) ** 1.1)));

/** Both pictures' band: a raised cosine over the logarithm of the frequency, in cycles per picture. */
function bandOf({ re, im, width, height }: Spectrum, band: number): [Float64Array, Float64Array] {
  const filtered = { re: new Float64Array(re.length), im: new Float64Array(re.length), width, height };
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      // The real part of the result is that of the filter which is the same at opposite frequencies.
      const [u, v] = [(width - x) % width, (height - y) % height];
      const gain = (gainAt(x, y, width, height, band) + gainAt(u, v, width, height, band)) / 2;
      filtered.re[i] = gain * re[i];
      filtered.im[i] = gain * im[i];
    }
  const { re: first, im: second } = inverse(filtered);
  return [first, second];
}

const gainAt = (x: number, y: number, width: number, height: number, band: number) =>
  gainOf(Math.sqrt(shifted(x, width) ** 2 + shifted(y, height) ** 2), band);

/** The frequency that MATLAB's fftshift of -side/2 : side/2 - 1 puts at a place; half a step off for an odd side. */
function shifted(place: number, side: number): number {
  return ((place + Math.ceil(side / 2)) % side) - side / 2;
}

function gainOf(frequency: number, band: number): number {
  const center = band === 0 ? 2 : 2 ** band;
  const at = band === 0 ? frequency + 2 : frequency;
  if (at < center / 2 || at > 2 * center) return 0;
  return 0.5 * (1 + Math.cos(Math.PI * Math.log2(at / center)));
}

/** NQM as a measure. */
export const nqmMeasure: Measure = {
  name: 'nqm',
  title: 'NQM',
  unit: 'dB',
  better: 'higher',
  digits: 2,
  compare: nqm,
};
