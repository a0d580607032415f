import { OptionError } from '../errors';

/** Where pictures of one size stand side by side, with a title below each; a picture is 1 unit wide. */
export interface PictureGrid {
  width: number;
  height: number;
  /** Room at the edge for the lines of frames, in units. */
  air: number;
  /** Pixels of a picture's width on the page, and of its longer side. */
  pixels: number;
  side: number;
  /** The upper left corner of a picture. */
  place(index: number): { x: number; y: number };
  /** Size and margins of the figure in pixels. */
  layout: { width: number; height: number; margin: { l: number; r: number; t: number; b: number } };
}

const WIDTH = 900;
const GAP = 0.04;
const AIR = 0.01;
/** The most pictures in a row. */
const ROW = 5;

/**
 * A grid for `count` pictures of the given height in widths: up to five in a row, more in rows of nearly the same
 * length. `scored` leaves room for a second line of the titles; `beside` pixels stay free at the right.
 */
export function gridOf(count: number, tall: number, scored: boolean, beside = 0): PictureGrid {
  const rows = Math.ceil(count / ROW);
  const columns = Math.ceil(count / rows);
  const width = columns + (columns - 1) * GAP;
  const margin = { l: 15, r: 15 + beside, t: 80, b: 15 };
  // Few pictures are not blown up to the whole page, nor high ones beyond its height.
  const pixels = Math.round(Math.min(300, 480 / tall, (WIDTH - margin.l - margin.r) / (width + 2 * AIR)));
  const step = tall + (scored ? 50 : 30) / pixels;
  const height = rows * step;
  return {
    width,
    height,
    air: AIR,
    pixels,
    side: Math.round(pixels * Math.max(1, tall)),
    place: (index) => ({ x: (index % columns) * (1 + GAP), y: Math.floor(index / columns) * step }),
    layout: {
      width: Math.round((width + 2 * AIR) * pixels) + margin.l + margin.r,
      height: Math.round((height + 2 * AIR) * pixels) + margin.t + margin.b,
      margin,
    },
  };
}

/** A picture's title, with its scores in a second line where there are any. */
export const titled = (name: string, scores: string): string => `<b>${name}</b>${scores && `<br>${scores}`}`;

/** Throws OptionError unless there are pictures, all of the truth's size. */
export function checkSizes(
  { width, height }: { width: number; height: number },
  restored: Readonly<Record<string, { width: number; height: number }>>,
): void {
  const given = Object.entries(restored);
  if (!given.length) throw new OptionError('no restored picture to show; give one or more by name: { bicubic, mine }');
  for (const [name, other] of given) {
    if (other.width !== width || other.height !== height)
      throw new OptionError(
        `${name} is ${other.width}x${other.height}, the truth ${width}x${height}; give pictures of the same size`,
      );
  }
}
