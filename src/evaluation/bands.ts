import type { Photograph } from '../image/photograph';

/** Output pixels computed at a time: they bound the memory that is needed beyond the picture itself. */
const BAND_PIXELS = 2 ** 22;
/** Rows to each side that a bicubic sample depends on, and one more for the shift of half a pixel. */
const BICUBIC_ROWS = 3;

/** Rows `start` to `end` of a picture, computed from the rows `from` to `to` that they depend on. */
export interface Band {
  start: number;
  end: number;
  from: number;
  to: number;
}

/** The bands of a picture, from top to bottom; `reach` is the network's, in pixels of the enlarged picture. */
export function bandsOf({ width, height }: Photograph, scale: number, reach: number): Band[] {
  const rows = Math.max(16, Math.floor(BAND_PIXELS / (width * scale ** 2)));
  const beyond = Math.ceil(reach / scale) + BICUBIC_ROWS;
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) => {
    const start = i * rows,
      end = Math.min(height, start + rows);
    return { start, end, from: Math.max(0, start - beyond), to: Math.min(height, end + beyond) };
  });
}
