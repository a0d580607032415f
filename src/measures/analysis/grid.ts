import { ImageTooSmallError, OptionError } from '../../errors';
import type { Image, Plane } from '../../image/image';
import type { CompareOptions } from '../measure';

/** One channel in float64, row after row, as the measures compute with. */
export interface Grid {
  data: Float64Array;
  width: number;
  height: number;
}

type Picture = Plane | Image;

/** 1 or 3; alpha does not count. */
export const channelsOf = (picture: Picture) => ('channels' in picture ? picture.channels : 1);

/**
 * The size inside the border of two pictures that can be compared. Throws OptionError if their sizes or channels
 * differ, ImageTooSmallError if the border leaves nothing.
 */
export function comparedSize(a: Picture, b: Picture, border = 0): { width: number; height: number; channels: number } {
  const channels = channelsOf(a);
  if (a.width !== b.width || a.height !== b.height || channels !== channelsOf(b))
    throw new OptionError(
      `cannot compare ${a.width}x${a.height} (${channels} channels) with ${b.width}x${b.height} ` +
        `(${channelsOf(b)}); give pictures of the same size and channels`,
    );
  const width = a.width - 2 * border,
    height = a.height - 2 * border;
  if (width < 1 || height < 1)
    throw new ImageTooSmallError(
      `a border of ${border} leaves nothing of a picture of ${a.width}x${a.height}; use a smaller border`,
    );
  return { width, height, channels };
}

/** Throws an ImageTooSmallError if a side is below `least`; its message names the measure. */
export function checkSides({ width, height }: { width: number; height: number }, least: number, measure: string): void {
  if (Math.min(width, height) < least)
    throw new ImageTooSmallError(
      `${measure} needs pictures of at least ${least}x${least} inside the border, not ${width}x${height}; ` +
        'leave it out for this picture',
    );
}

/** The channels of a picture inside the border. */
export function channelGrids(picture: Picture, border = 0): Grid[] {
  const channels = channelsOf(picture);
  return Array.from({ length: channels }, (_, channel) =>
    gridOf(picture, border, (data, at) => data[at * channels + channel]),
  );
}

/**
 * The luminance of both pictures inside the border, brought to 0..255, in the order truth, restored. Of RGB it is
 * 0.299 R + 0.587 G + 0.114 B, not rounded; a plane or a grey picture is its own. OptionError where sizes differ.
 */
export function luminancePair(restored: Picture, truth: Picture, options: CompareOptions = {}): [Grid, Grid] {
  const { border = 0, dataRange = 255 } = options;
  comparedSize(restored, truth, border);
  return [luminanceGrid(truth, border, dataRange), luminanceGrid(restored, border, dataRange)];
}

/** As luminancePair, of one picture. */
export function luminanceGrid(picture: Picture, border = 0, dataRange = 255): Grid {
  const scale = 255 / dataRange;
  return channelsOf(picture) === 3
    ? gridOf(picture, border, (data, at) => {
        const i = 3 * at;
        return scale * (0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]);
      })
    : gridOf(picture, border, (data, at) => scale * data[at]);
}

function gridOf(picture: Picture, border: number, sample: (data: ArrayLike<number>, at: number) => number): Grid {
  const width = picture.width - 2 * border,
    height = picture.height - 2 * border;
  const grid = emptyGrid(width, height);
  for (let y = 0, i = 0; y < height; y++) {
    const start = (y + border) * picture.width + border;
    for (let x = 0; x < width; x++) grid.data[i++] = sample(picture.data, start + x);
  }
  return grid;
}

/** The part of a grid from column x and row y on. */
export function partOf({ data, width }: Grid, x: number, y: number, columns: number, rows: number): Grid {
  const out = emptyGrid(columns, rows);
  for (let row = 0; row < rows; row++) {
    const start = (y + row) * width + x;
    out.data.set(data.subarray(start, start + columns), row * columns);
  }
  return out;
}

/** A grid of zeros. */
export const emptyGrid = (width: number, height: number): Grid => ({
  data: new Float64Array(width * height),
  width,
  height,
});

/** The mean of all values. */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
