import { OptionError, UnknownNameError } from '../errors';
import type { Image, Plane, YCbCr } from './image';

/** 'full': 0..255 as Pillow and JPEG; 'studio': Y 16..235, Cb and Cr 16..240 as MATLAB's rgb2ycbcr. */
export type Convention = 'full' | 'studio';

/** One output channel as three 256-entry tables to add, and the step that makes the sum an 8-bit number. */
interface Channel {
  red: Float64Array;
  green: Float64Array;
  blue: Float64Array;
  finish: (sum: number) => number;
}

const clip = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value);
const table = (entry: (value: number) => number) => Float64Array.from({ length: 256 }, (_, value) => entry(value));

/** Pillow's libImaging/ConvertYCbCr.c: coefficients times 64, made whole as C does (int)(x + 0.5), then >> 6. */
function fullChannel(offset: number, coefficients: number[]): Channel {
  const [red, green, blue] = coefficients.map((coefficient) => table((value) => Math.trunc(coefficient * 64 * value + 0.5)));
  return { red, green, blue, finish: (sum) => clip((sum >> 6) + offset) };
}

/** MATLAB's rgb2ycbcr on uint8: the matrix of Poynton, "A Technical Introduction to Digital Video", rounded, ties to even. */
function studioChannel(offset: number, coefficients: number[]): Channel {
  const [red, green, blue] = coefficients.map((coefficient) => table((value) => coefficient * value));
  return { red, green, blue, finish: (sum) => roundToEven(sum / 255 + offset) };
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

type Three<Item> = { y: Item; cb: Item; cr: Item };

const channels: Record<Convention, Three<Channel>> = {
  full: {
    y: fullChannel(0, [0.299, 0.587, 0.114]),
    cb: fullChannel(128, [-0.16874, -0.33126, 0.5]),
    cr: fullChannel(128, [0.5, -0.41869, -0.08131]),
  },
  studio: {
    y: studioChannel(16, [65.481, 128.553, 24.966]),
    cb: studioChannel(128, [-37.797, -74.203, 112]),
    cr: studioChannel(128, [112, -93.786, -18.214]),
  },
};

function convert({ data, width, height }: Image, { red, green, blue, finish }: Channel): Plane {
  const plane = new Float32Array(width * height);
  for (let i = 0, at = 0; i < plane.length; i++, at += 3) {
    plane[i] = finish(red[data[at]] + green[data[at + 1]] + blue[data[at + 2]]);
  }
  return { data: plane, width, height };
}

function channelsOf(convention: Convention): Three<Channel> {
  if (!Object.hasOwn(channels, convention)) throw new UnknownNameError('convention', convention, Object.keys(channels));
  return channels[convention];
}

/** The Y plane, whole numbers in 0..255; a grey image is its own luminance in both conventions. */
export function luminance(image: Image, convention: Convention): Plane {
  const { y } = channelsOf(convention);
  if (image.channels === 3) return convert(image, y);
  return { data: Float32Array.from(image.data), width: image.width, height: image.height };
}

/** Y, Cb and Cr as whole numbers in 0..255; the Cb and Cr of a grey image are 128 everywhere. */
export function toYCbCr(image: Image, convention: Convention): YCbCr {
  const { cb, cr } = channelsOf(convention);
  const y = luminance(image, convention);
  if (image.channels === 3) return { y, cb: convert(image, cb), cr: convert(image, cr) };
  const neutral = () => ({ ...y, data: new Float32Array(y.data.length).fill(128) });
  return { y, cb: neutral(), cr: neutral() };
}

/**
 * Back to 8-bit RGB. 'full': the plain BT.601 matrix, clipped and truncated, as in the report's evaluation;
 * 'studio': MATLAB's ycbcr2rgb, rounded. Planes of unequal size are an OptionError.
 */
export function toRgb(planes: YCbCr, convention: Convention): Image {
  channelsOf(convention);
  const { width, height } = planes.y;
  for (const plane of [planes.cb, planes.cr]) {
    if (plane.width !== width || plane.height !== height) {
      throw new OptionError(`Y is ${width} x ${height} but Cb or Cr is ${plane.width} x ${plane.height}; give planes of one size`);
    }
  }
  const data = new Uint8Array(width * height * 3);
  (convention === 'full' ? fillFull : fillStudio)(planes, data);
  return { data, width, height, channels: 3 };
}

function fillFull({ y, cb, cr }: YCbCr, rgb: Uint8Array): void {
  for (let i = 0, at = 0; at < rgb.length; i++, at += 3) {
    const blueness = cb.data[i] - 128;
    const redness = cr.data[i] - 128;
    rgb[at] = clip(y.data[i] + 1.402 * redness);
    rgb[at + 1] = clip(y.data[i] - 0.34414 * blueness - 0.71414 * redness);
    rgb[at + 2] = clip(y.data[i] + 1.772 * blueness);
  }
}

/** The inverse of the studio matrix in full precision, as MATLAB computes it. */
const [toRed, toGreen, toBlue] = invert([
  [65.481, 128.553, 24.966],
  [-37.797, -74.203, 112],
  [112, -93.786, -18.214],
]).map((row) => row.map((entry) => entry * 255));

function fillStudio({ y, cb, cr }: YCbCr, rgb: Uint8Array): void {
  for (let i = 0, at = 0; at < rgb.length; i++, at += 3) {
    const [luma, blueness, redness] = [y.data[i] - 16, cb.data[i] - 128, cr.data[i] - 128];
    rgb[at] = clip(toRed[0] * luma + toRed[1] * blueness + toRed[2] * redness + 0.5);
    rgb[at + 1] = clip(toGreen[0] * luma + toGreen[1] * blueness + toGreen[2] * redness + 0.5);
    rgb[at + 2] = clip(toBlue[0] * luma + toBlue[1] * blueness + toBlue[2] * redness + 0.5);
  }
}

/** Cramer's rule: columns of the inverse are cross products of the rows over the determinant. */
function invert([a, b, c]: number[][]): number[][] {
  const cross = (u: number[], v: number[]) => [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  const columns = [cross(b, c), cross(c, a), cross(a, b)];
  const determinant = a[0] * columns[0][0] + a[1] * columns[0][1] + a[2] * columns[0][2];
  return [0, 1, 2].map((row) => columns.map((column) => column[row] / determinant));
}
