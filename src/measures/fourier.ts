/** Complex samples row after row. */
export interface Spectrum {
  re: Float64Array;
  im: Float64Array;
  width: number;
  height: number;
}

/** A transform of one length, in place on the first samples of `re` and `im`. */
type Transform = (re: Float64Array, im: Float64Array) => void;

const transforms = new Map<number, Transform>();

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

function transform({ re, im, width, height }: Spectrum): void {
  const across = transformOf(width),
    down = transformOf(height);
  for (let y = 0; y < height; y++) {
    const [p, q] = [re, im].map((part) => part.subarray(y * width, (y + 1) * width));
    // A filter for low frequencies leaves most rows empty.
    if (!isZero(p) || !isZero(q)) across(p, q);
  }
  const p = new Float64Array(height),
    q = new Float64Array(height);
  for (let x = 0; x < width; x++) {
    for (let y = 0, at = x; y < height; y++, at += width) {
      p[y] = re[at];
      q[y] = im[at];
    }
    down(p, q);
    for (let y = 0, at = x; y < height; y++, at += width) {
      re[at] = p[y];
      im[at] = q[y];
    }
  }
}

const isZero = (values: Float64Array) => values.every((value) => value === 0);

function transformOf(length: number): Transform {
  let found = transforms.get(length);
  if (!found) {
    found = (length & (length - 1)) === 0 ? powerOfTwo(length) : chirp(length);
    transforms.set(length, found);
  }
  return found;
}

/** cos and sin of -2 pi k / length for k below `count`. */
function turns(length: number, count: number): { cos: Float64Array; sin: Float64Array } {
  const angle = (k: number) => (-2 * Math.PI * k) / length;
  return {
    cos: Float64Array.from({ length: count }, (_, k) => Math.cos(angle(k))),
    sin: Float64Array.from({ length: count }, (_, k) => Math.sin(angle(k))),
  };
}

/** Cooley and Tukey's transform. */
function powerOfTwo(length: number): Transform {
  const { cos, sin } = turns(length, length / 2);
  const bits = Math.log2(length);
  const reversed = Int32Array.from({ length }, (_, i) => {
    let out = 0;
    for (let bit = 0; bit < bits; bit++) out |= ((i >> bit) & 1) << (bits - 1 - bit);
    return out;
  });
  return (re, im) => {
    for (let i = 0; i < length; i++) {
      const j = reversed[i];
      if (i < j) {
        const [p, q] = [re[i], im[i]];
        re[i] = re[j];
        im[i] = im[j];
        re[j] = p;
        im[j] = q;
      }
    }
    for (let half = 1; half < length; half *= 2) butterflies(re, im, length, half, cos, sin);
  };
}

function butterflies(
  re: Float64Array,
  im: Float64Array,
  length: number,
  half: number,
  cos: Float64Array,
  sin: Float64Array,
): void {
  const stride = length / (2 * half);
  for (let start = 0; start < length; start += 2 * half) {
    for (let k = 0, at = start, turn = 0; k < half; k++, at++, turn += stride) {
      const other = at + half;
      const p = re[other] * cos[turn] - im[other] * sin[turn],
        q = re[other] * sin[turn] + im[other] * cos[turn];
      re[other] = re[at] - p;
      im[other] = im[at] - q;
      re[at] += p;
      im[at] += q;
    }
  }
}

/** Bluestein's transform of any length: a convolution with a chirp, by transforms of a power of two. */
function chirp(length: number): Transform {
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
  const inner = powerOfTwo(size);
  // k * k modulo twice the length, as the angle of a large k * k would lose digits.
  const table = turns(2 * length, 2 * length);
  const square = Int32Array.from({ length }, (_, k) => (k * k) % (2 * length));
  const cos = Float64Array.from(square, (k) => table.cos[k]),
    sin = Float64Array.from(square, (k) => table.sin[k]);
  const filterRe = new Float64Array(size),
    filterIm = new Float64Array(size);
  for (let k = 0; k < length; k++) {
    filterRe[k] = filterRe[(size - k) % size] = cos[k] / size;
    filterIm[k] = filterIm[(size - k) % size] = -sin[k] / size;
  }
  inner(filterRe, filterIm);
  const p = new Float64Array(size),
    q = new Float64Array(size);
  return (re, im) => {
    p.fill(0, length);
    q.fill(0, length);
    multiply(re, im, cos, sin, p, q, length);
    inner(p, q);
    multiply(p, q, filterRe, filterIm, p, q, size);
    // With the parts swapped this is the inverse transform.
    inner(q, p);
    multiply(p, q, cos, sin, re, im, length);
  };
}

function multiply(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  d: Float64Array,
  re: Float64Array,
  im: Float64Array,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const p = a[i] * c[i] - b[i] * d[i];
    im[i] = a[i] * d[i] + b[i] * c[i];
    re[i] = p;
  }
}
