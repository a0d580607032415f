import type { Degradation } from '../degradations/degradation';
import type { Convention } from '../image/color';
import type { Image, Plane } from '../image/image';
import type { Measure } from '../measures/measure';

/** Scores by the name of their measure: `{ psnr: 32.6, ssim: 0.907 }`. */
export type Scores = Readonly<Record<string, number>>;

/** A degraded picture as a network may want it, in planes of 0..255: small, or enlarged by bicubic. */
export interface Degraded {
  small(): Plane[];
  enlarged(): Plane[];
}

/** A network with its engine: degraded planes to restored ones of the final size, 0..255, not clipped. */
export interface Restore {
  /** 1: it wants luminance; 3: red, green and blue. */
  channels: 1 | 3;
  /** By default the values are 'whole' numbers; 'real' ones are for a protocol that never rounds. */
  restore(degraded: Degraded, values?: 'whole' | 'real'): Promise<Plane[]>;
}

export interface CompareWith {
  scale: number;
  /** Standard deviation of the blur before shrinking, in pixels. */
  sigma: number;
  /** Whether bicubic's picture is wanted. */
  bicubic: boolean;
  /** The network, where its picture is wanted too. */
  restore?: Restore;
}

/** The pictures that a protocol compares: planes, or RGB where it scores colour. */
export interface Compared {
  truth: Plane | Image;
  bicubic?: Plane | Image;
  network?: Plane | Image;
}

/** Pictures to look at, all RGB and of one size. */
export interface RestoredImages {
  original: Image;
  bicubic: Image;
  restored: Image;
}

/** How pictures are degraded and scored. Adding one takes a file and an entry in protocols.ts. */
export interface Protocol {
  name: string;
  /** For `--help`: how pictures are made small, and what is scored. */
  summary: string;
  /** The range of its luminance: 'full' 0..255, 'studio' 16..235. */
  convention: Convention;
  degradation: Degradation;
  /** 1: it compares luminance; 3: red, green and blue, so that measures of colour have a meaning. */
  channels: 1 | 3;
  /** The part of a luminance plane that it uses. ImageTooSmallError when there is none. */
  area(plane: Plane, scale: number): Plane;
  /** The sides of the upper left part of such an area that training cuts patches from. */
  trainingSides(area: Plane): { width: number; height: number };
  /** The pictures to compare, from one original. */
  compare(image: Image, options: CompareWith): Promise<Compared>;
  /** The compared pictures as RGB. */
  show(compared: Required<Compared>, image: Image, scale: number): RestoredImages;
  /** Pixels at each edge that are not scored. */
  border(scale: number): number;
  /** What published numbers under this protocol measure, by the names that its scores have. */
  measures: Readonly<Record<string, Measure>>;
}
