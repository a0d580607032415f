import type { Image, Plane } from '../image/image';

export interface CompareOptions {
  /** The difference between the largest and the smallest possible value; 255 by default. */
  dataRange?: number;
  /** Pixels at each edge that do not count; 0 by default. */
  border?: number;
  /** How many times the restored picture was enlarged; 1 by default. Only ERGAS depends on it. */
  scale?: number;
}

/**
 * A number that says how far a restored picture is from the truth. To add one, write a file and an entry in
 * measures.ts.
 */
export interface Measure {
  name: string;
  /** As tables and axes show it: 'PSNR'. */
  title: string;
  /** '' for a number without a unit. */
  unit: string;
  /** Whether higher or lower values mean a better picture. */
  better: 'higher' | 'lower';
  /** Whether it compares colours, so that a protocol that compares luminance cannot have it; false by default. */
  needsColour?: boolean;
  /** Digits after the point in tables. */
  digits: number;
  /**
   * Both pictures have one size and the same channels, whose values may be real numbers; alpha does not count. A
   * measure that has no meaning for a picture (too small, or grey where colour is needed) throws an error that says so.
   */
  compare(restored: Plane | Image, truth: Plane | Image, options?: CompareOptions): number;
}
