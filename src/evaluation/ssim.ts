import { ImageTooSmallError, OptionError } from '../errors';
import type { Image, Plane } from '../image/image';
import { channelsOf, type ErrorOptions } from './psnr';

export interface SsimOptions extends ErrorOptions {
  /** 'uniform7': scikit-image's default, 7x7 and sample covariance; 'gaussian11': Wang et al. 2004, 11x11 with sigma 1.5. */
  window?: 'uniform7' | 'gaussian11';
}

const K1 = 0.01, K2 = 0.03;

function gaussianWeights(radius: number, sigma: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) => Math.exp(-((i - radius) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

// Sample covariance counts n - 1 of the 49 values; Wang's windows are weighted means.
const windows = {
  uniform7: { weights: new Float64Array(7).fill(1 / 7), covariance: 49 / 48 },
  gaussian11: { weights: gaussianWeights(5, 1.5), covariance: 1 },
};

/** Mean structural similarity (Wang et al. 2004, equation 13) over the windows that lie wholly inside, averaged over channels. */
export function ssim(a: Plane | Image, b: Plane | Image, options: SsimOptions = {}): number {
  const { window = 'uniform7', dataRange = 255, border = 0 } = options;
  const channels = channelsOf(a);
  if (a.width !== b.width || a.height !== b.height || channels !== channelsOf(b)) throw new OptionError('cannot compare pictures of two sizes; give pictures of one size');
  const width = a.width - 2 * border, height = a.height - 2 * border;
  const { weights, covariance } = windows[window];
  if (Math.min(width, height) < weights.length) throw new ImageTooSmallError(`a picture of ${width}x${height} is smaller than the ${weights.length}x${weights.length} window of SSIM`);
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    sum += ssimOfPlanes(channelOf(a, c, channels, border), channelOf(b, c, channels, border), width, height, weights, covariance, dataRange);
  }
  return sum / channels;
}

function channelOf(picture: Plane | Image, channel: number, channels: number, border: number): Float64Array {
  const width = picture.width - 2 * border, height = picture.height - 2 * border;
  const out = new Float64Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    out[y * width + x] = picture.data[((y + border) * picture.width + x + border) * channels + channel];
  }
  return out;
}

function ssimOfPlanes(a: Float64Array, b: Float64Array, width: number, height: number, weights: Float64Array, covariance: number, dataRange: number): number {
  const mean = (values: Float64Array) => windowMeans(values, width, height, weights);
  const product = (p: Float64Array, q: Float64Array) => p.map((value, i) => value * q[i]);
  const ma = mean(a), mb = mean(b), maa = mean(product(a, a)), mbb = mean(product(b, b)), mab = mean(product(a, b));
  const c1 = (K1 * dataRange) ** 2, c2 = (K2 * dataRange) ** 2;
  let sum = 0;
  for (let i = 0; i < ma.length; i++) {
    const va = covariance * (maa[i] - ma[i] ** 2), vb = covariance * (mbb[i] - mb[i] ** 2), vab = covariance * (mab[i] - ma[i] * mb[i]);
    sum += ((2 * ma[i] * mb[i] + c1) * (2 * vab + c2)) / ((ma[i] ** 2 + mb[i] ** 2 + c1) * (va + vb + c2));
  }
  return sum / ma.length;
}

/** The weighted mean over each window that lies wholly inside, one axis after the other. */
function windowMeans(values: Float64Array, width: number, height: number, weights: Float64Array): Float64Array {
  const taps = weights.length, across = width - taps + 1, down = height - taps + 1;
  const rows = new Float64Array(across * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < across; x++) {
    let sum = 0;
    for (let k = 0; k < taps; k++) sum += weights[k] * values[y * width + x + k];
    rows[y * across + x] = sum;
  }
  const means = new Float64Array(across * down);
  for (let k = 0; k < taps; k++) for (let i = 0; i < means.length; i++) means[i] += weights[k] * rows[i + k * across];
  return means;
}
