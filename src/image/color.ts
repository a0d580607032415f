import { memoryFor } from '../arithmetic/memory';
import { OptionError, UnknownNameError } from '../errors';
import type { Image, Plane, YCbCr } from './image';

/**
 * 'full': 0..255 as Pillow and JPEG; 'studio': Y 16..235, Cb and Cr 16..240 as MATLAB's rgb2ycbcr; 'grey': MATLAB's
 * rgb2gray, 0..255, which keeps no colour.
 */
export type Convention = 'full' | 'studio' | 'grey';

/** The planes that a network reads: luminance, red, green and blue, or MATLAB's Y, Cb and Cr. */
export type Colours = 'y' | 'rgb' | 'ycbcr';

/** One output channel as three tables of 256 entries, which are added, and a number that is added to the scaled sum. */
interface Channel<Table> {
  red: Table;
  green: Table;
  blue: Table;
  offset: number;
}

const clip = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : value);

/** Pillow's libImaging/ConvertYCbCr.c: coefficients times 64, made whole as C does (int)(x + 0.5), then >> 6. */
function fullChannel(offset: number, coefficients: number[]): Channel<Int32Array> {
  const [red, green, blue] = coefficients.map((coefficient) =>
    Int32Array.from({ length: 256 }, (_, value) => Math.trunc(coefficient * 64 * value + 0.5)),
  );
  return { red, green, blue, offset };
}

/** Pixels that are converted at a time. */
const BLOCK = 2 ** 15;

function convertFull({ data, width, height }: Image, { red, green, blue, offset }: Channel<Int32Array>): Plane {
  const plane = new Float32Array(width * height);
  const { kernels, buffer, addresses } = memoryFor({ rgb: 3 * BLOCK, tables: 3 * 1024, plane: 4 * BLOCK });
  [red, green, blue].forEach((table, i) => new Int32Array(buffer, addresses.tables + 1024 * i, 256).set(table));
  for (let start = 0; start < plane.length; start += BLOCK) {
    const count = Math.min(BLOCK, plane.length - start);
    new Uint8Array(buffer, addresses.rgb, 3 * count).set(data.subarray(3 * start, 3 * (start + count)));
    kernels.convertPixels(addresses.rgb, addresses.tables, offset, addresses.plane, count);
    plane.set(new Float32Array(buffer, addresses.plane, count), start);
  }
  return { data: plane, width, height };
}

/**
 * MATLAB's rgb2ycbcr on uint8: the matrix of Poynton, "A Technical Introduction to Digital Video", rounded, ties to
 * even.
 */
function studioChannel(offset: number, coefficients: number[]): Channel<Float64Array> {
  const [red, green, blue] = coefficients.map((coefficient) =>
    Float64Array.from({ length: 256 }, (_, value) => coefficient * value),
  );
  return { red, green, blue, offset };
}

function convertStudio({ data, width, height }: Image, { red, green, blue, offset }: Channel<Float64Array>): Plane {
  const plane = new Float32Array(width * height);
  for (let i = 0, at = 0; i < plane.length; i++, at += 3) {
    plane[i] = roundToEven((red[data[at]] + green[data[at + 1]] + blue[data[at + 2]]) / 255 + offset);
  }
  return { data: plane, width, height };
}

function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

const fullChannels = {
  y: fullChannel(0, [0.299, 0.587, 0.114]),
  cb: fullChannel(128, [-0.16874, -0.33126, 0.5]),
  cr: fullChannel(128, [0.5, -0.41869, -0.08131]),
};

/** Of red, green and blue in 0..1. */
const studioMatrix = [
  [65.481, 128.553, 24.966],
  [-37.797, -74.203, 112],
  [112, -93.786, -18.214],
];
const studioOffsets = [16, 128, 128];

const [studioY, studioCb, studioCr] = studioMatrix.map((row, i) => studioChannel(studioOffsets[i], row));
const studioChannels = { y: studioY, cb: studioCb, cr: studioCr };

/** MATLAB's rgb2gray: the first row of the inverse of its matrix from YIQ to RGB. */
const greyWeights = [0.298936021293775, 0.587043074451121, 0.114020904255103];

function convertGrey({ data, width, height }: Image): Plane {
  const [red, green, blue] = greyWeights;
  const plane = new Float32Array(width * height);
  for (let i = 0, at = 0; i < plane.length; i++, at += 3)
    plane[i] = Math.round(red * data[at] + green * data[at + 1] + blue * data[at + 2]);
  return { data: plane, width, height };
}

const conventions: Convention[] = ['full', 'studio', 'grey'];

function checkConvention(convention: Convention): void {
  if (!conventions.includes(convention)) throw new UnknownNameError('convention', convention, conventions);
}

const convert = (image: Image, channel: keyof YCbCr, convention: 'full' | 'studio') =>
  convention === 'full' ? convertFull(image, fullChannels[channel]) : convertStudio(image, studioChannels[channel]);

/** The Y plane, whole numbers in 0..255; a grey image is its own luminance in every convention. */
export function luminance(image: Image, convention: Convention): Plane {
  checkConvention(convention);
  if (image.channels === 3) return convention === 'grey' ? convertGrey(image) : convert(image, 'y', convention);
  return { data: new Float32Array(image.data), width: image.width, height: image.height };
}

/** Y, Cb and Cr as whole numbers in 0..255; Cb and Cr are 128 everywhere for a grey image or convention. */
export function toYCbCr(image: Image, convention: Convention): YCbCr {
  const y = luminance(image, convention);
  if (image.channels === 3 && convention !== 'grey')
    return { y, cb: convert(image, 'cb', convention), cr: convert(image, 'cr', convention) };
  const neutral = () => ({ ...y, data: new Float32Array(y.data.length).fill(128) });
  return { y, cb: neutral(), cr: neutral() };
}

/**
 * Back to 8-bit RGB. 'full': the plain BT.601 matrix, clipped and truncated, as in the report's evaluation; 'studio':
 * MATLAB's ycbcr2rgb, rounded; 'grey': Y in all channels. Throws OptionError for planes of unequal size.
 */
export function toRgb(planes: YCbCr, convention: Convention): Image {
  checkConvention(convention);
  const { width, height } = planes.y;
  for (const plane of [planes.cb, planes.cr]) {
    if (plane.width !== width || plane.height !== height) {
      throw new OptionError(
        `Y is ${width} x ${height} but Cb or Cr is ${plane.width} x ${plane.height}; give planes of the same size`,
      );
    }
  }
  const data = new Uint8Array(width * height * 3);
  (convention === 'studio' ? fillStudio : fillFull)(planes, data);
  return { data, width, height, channels: 3 };
}

function fillFull(planes: YCbCr, rgb: Uint8Array): void {
  const y = planes.y.data,
    cb = planes.cb.data,
    cr = planes.cr.data;
  for (let i = 0, at = 0; at < rgb.length; i++, at += 3) {
    const luma = y[i],
      blueness = cb[i] - 128,
      redness = cr[i] - 128;
    rgb[at] = clip(luma + 1.402 * redness);
    rgb[at + 1] = clip(luma - 0.34414 * blueness - 0.71414 * redness);
    rgb[at + 2] = clip(luma + 1.772 * blueness);
  }
}

/** The inverse of the studio matrix in full precision, as MATLAB computes it. */
const fromStudio = invert(studioMatrix).map((row) => row.map((entry) => entry * 255));
const [toRed, toGreen, toBlue] = fromStudio;

/** Red, green and blue in 0..255 as MATLAB's Y, Cb and Cr in real numbers, or back. */
export function studioPlanes(planes: readonly Plane[], direction: 'from rgb' | 'to rgb'): Plane[] {
  const isForward = direction === 'from rgb';
  return (isForward ? studioMatrix : fromStudio).map((row, i) => ({
    ...planes[0],
    data: planes[0].data.map((_, pixel) => {
      if (isForward)
        return studioOffsets[i] + row.reduce((sum, part, c) => sum + (part * planes[c].data[pixel]) / 255, 0);
      return row.reduce((sum, part, c) => sum + part * (planes[c].data[pixel] - studioOffsets[c]), 0);
    }),
  }));
}

function fillStudio(planes: YCbCr, rgb: Uint8Array): void {
  const y = planes.y.data,
    cb = planes.cb.data,
    cr = planes.cr.data;
  for (let i = 0, at = 0; at < rgb.length; i++, at += 3) {
    const luma = y[i] - 16,
      blueness = cb[i] - 128,
      redness = cr[i] - 128;
    rgb[at] = clip(toRed[0] * luma + toRed[1] * blueness + toRed[2] * redness + 0.5);
    rgb[at + 1] = clip(toGreen[0] * luma + toGreen[1] * blueness + toGreen[2] * redness + 0.5);
    rgb[at + 2] = clip(toBlue[0] * luma + toBlue[1] * blueness + toBlue[2] * redness + 0.5);
  }
}

/** Cramer's rule: columns of the inverse are cross products of the rows over the determinant. */
function invert([a, b, c]: number[][]): number[][] {
  const cross = (u: number[], v: number[]) => [
    u[1] * v[2] - u[2] * v[1],
    u[2] * v[0] - u[0] * v[2],
    u[0] * v[1] - u[1] * v[0],
  ];
  const columns = [cross(b, c), cross(c, a), cross(a, b)];
  const determinant = a[0] * columns[0][0] + a[1] * columns[0][1] + a[2] * columns[0][2];
  return [0, 1, 2].map((row) => columns.map((column) => column[row] / determinant));
}
