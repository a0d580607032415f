import type { Engine } from '../engine/engine';
import type { Plane } from '../image/image';
import type { Photograph, Samples } from '../image/photograph';
import { imresize } from '../image/resize';
import type { predict } from './predict';
import type { Band } from './bands';
import type { Model } from '../network/network';
import type { Protocol } from '../protocols/protocol';

export interface Enlarger {
  model: Model;
  engine: Engine;
  scale: number;
  protocol: Protocol;
  /** Once, or as the mean of eight turned and mirrored pictures. */
  predict: typeof predict;
}

/** BT.601's luma. */
const RED = 0.299,
  GREEN = 0.587,
  BLUE = 0.114;

/**
 * Computes the rows `start * scale` to `end * scale` of the large picture, which begins at the row `firstRow * scale`
 * of the whole.
 * Nothing is rounded on the way.
 */
export async function enlargeRows(
  small: Photograph,
  large: Photograph,
  band: Band,
  enlarger: Enlarger,
  firstRow = 0,
): Promise<void> {
  const { scale, model } = enlarger;
  const enlarge = (plane: Plane) => imresize(plane, plane.width * scale, plane.height * scale);
  const forNetwork = model.network.reads === 'small' ? (plane: Plane) => plane : enlarge;
  const place = {
    skip: (band.start - band.from) * scale * large.width,
    at: (band.start - firstRow) * scale * large.width,
    count: (band.end - band.start) * scale * large.width,
  };
  if (small.alpha && large.alpha) writePlane(large.alpha, enlarge(planeOf(small.alpha, small, band)), place);
  if (model.network.channels === 3) {
    const colors = await restore(channelsOf(small, band).map(forNetwork), enlarger, [0, 1]);
    colors.forEach((plane, channel) => writePlane(large.data, plane, place, channel, 3));
    return;
  }
  const { luma, chroma } = split(small, band);
  const [restored] = await restoreLuma(forNetwork(luma), enlarger);
  if (chroma) writeColors(large.data, restored, enlarge(chroma.blue), enlarge(chroma.red), place);
  else writePlane(large.data, restored, place);
}

/** Red, green and blue in 0..255. */
function channelsOf({ data, width }: Photograph, { from, to }: Band): Plane[] {
  const unit = 255 / whiteOf(data);
  const pixels = (to - from) * width;
  return [0, 1, 2].map((channel) => ({
    data: Float32Array.from({ length: pixels }, (_, i) => data[3 * (from * width + i) + channel] * unit),
    width,
    height: to - from,
  }));
}

const whiteOf = (samples: Samples) => (samples instanceof Uint16Array ? 65535 : 255);

function planeOf(samples: Samples, { width }: Photograph, { from, to }: Band): Plane {
  const unit = 255 / whiteOf(samples);
  return {
    data: Float32Array.from(samples.subarray(from * width, to * width), (value) => value * unit),
    width,
    height: to - from,
  };
}

/** Luma in 0..255, and how far blue and red are from it. */
function split(image: Photograph, band: Band): { luma: Plane; chroma?: { blue: Plane; red: Plane } } {
  if (image.channels === 1) return { luma: planeOf(image.data, image, band) };
  const { data, width } = image;
  const size = { width, height: band.to - band.from };
  const [luma, blue, red] = [0, 1, 2].map(() => new Float32Array(size.width * size.height));
  const unit = 255 / whiteOf(data);
  for (let i = 0, at = 3 * band.from * width; i < luma.length; i++, at += 3) {
    const y = RED * data[at] + GREEN * data[at + 1] + BLUE * data[at + 2];
    luma[i] = y * unit;
    blue[i] = (data[at + 2] - y) * unit;
    red[i] = (data[at] - y) * unit;
  }
  return { luma: { ...size, data: luma }, chroma: { blue: { ...size, data: blue }, red: { ...size, data: red } } };
}

/** Through the network in the range it was trained on; MATLAB's Y is 16 + 219/255 of the luma. */
function restoreLuma(luma: Plane, enlarger: Enlarger): Promise<Plane[]> {
  const isStudio = enlarger.protocol.convention === 'studio';
  return restore([luma], enlarger, isStudio ? [16 / 255, 219 / 255] : [0, 1]);
}

async function restore(planes: Plane[], { model, engine, predict }: Enlarger, range: [offset: number, gain: number]) {
  const { mean, deviation } = model.normalization;
  const [offset, gain] = range;
  const input = planes.map((plane) => ({
    ...plane,
    data: plane.data.map((value) => ((value * gain) / 255 + offset - mean) / deviation),
  }));
  const output = await predict(model, engine, input);
  return output.map((plane) => ({
    ...plane,
    data: plane.data.map((value) => Math.min(255, Math.max(0, ((value * deviation + mean - offset) * 255) / gain))),
  }));
}

interface Place {
  /** Samples of the plane before the first that is wanted. */
  skip: number;
  /** The pixel at which they are put. */
  at: number;
  count: number;
}

/** Into one of `stored` interleaved channels. */
function writePlane(target: Samples, { data }: Plane, { skip, at, count }: Place, channel = 0, stored = 1): void {
  const white = whiteOf(target);
  const unit = white / 255;
  for (let i = 0; i < count; i++)
    target[(at + i) * stored + channel] = Math.min(white, Math.max(0, Math.round(data[skip + i] * unit)));
}

function writeColors(target: Samples, luma: Plane, blue: Plane, red: Plane, { skip, at, count }: Place): void {
  const white = whiteOf(target),
    unit = white / 255;
  const sample = (value: number) => Math.min(white, Math.max(0, Math.round(value * unit)));
  for (let i = skip, to = 3 * at; i < skip + count; i++, to += 3) {
    const y = luma.data[i],
      b = blue.data[i],
      r = red.data[i];
    target[to] = sample(y + r);
    target[to + 1] = sample(y - (RED * r + BLUE * b) / GREEN);
    target[to + 2] = sample(y + b);
  }
}
