import { ImageTooSmallError, OptionError } from '../errors';
import type { Plane } from '../image/image';

/** How a small picture is made and brought back to its size by bicubic. Planes hold 8-bit values, 0..255. */
export interface Degradation {
  name: string;
  /** The default standard deviation, in pixels, of the blur before shrinking; 0 for no blur. */
  sigma: number;
  /** The small picture: int(width / scale) x int(height / scale) whole numbers. */
  shrink(plane: Plane, scale: number, sigma: number): Plane;
  /**
   * The small picture enlarged to the plane's size, in whole numbers: the baseline, and the input of networks that
   * read an enlarged picture.
   */
  degrade(plane: Plane, scale: number, sigma: number): Plane;
}

/** Throws an OptionError unless the scale is a whole number from 2 to 8. */
export function checkScale(scale: number): void {
  if (!Number.isInteger(scale) || scale < 2 || scale > 8)
    throw new OptionError(`scale is ${scale}; use a whole number from 2 to 8`);
}

/** Throws OptionError for a wrong scale, ImageTooSmallError for a plane with a side shorter than the scale. */
export function checkShrinkable({ width, height }: Plane, scale: number): void {
  checkScale(scale);
  if (width < scale || height < scale) {
    throw new ImageTooSmallError(
      `a picture of ${width} x ${height} cannot be shrunk by ${scale}; both sides need ${scale} pixels or more`,
    );
  }
}

/** The size of the small picture. Throws as checkShrinkable does. */
export function smallSize(plane: Plane, scale: number): [number, number] {
  checkShrinkable(plane, scale);
  return [Math.floor(plane.width / scale), Math.floor(plane.height / scale)];
}
