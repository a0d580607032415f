import { ImageTooSmallError, OptionError, UnknownNameError } from '../errors';
import { gaussianBlur } from '../image/blur';
import type { Plane } from '../image/image';
import { imresize, imresizeThereAndBack, resizePillow } from '../image/resize';

/** 'seed': blur and Pillow's bicubic, as in the report; 'paper': MATLAB's imresize, as in Dong et al. (arXiv 1501.00092). */
export type Protocol = 'seed' | 'paper';

/** The protocols the lab knows. */
export const protocols: Protocol[] = ['seed', 'paper'];

export interface DegradeOptions {
  protocol?: Protocol;
  /** Whole number from 2 to 8. */
  scale?: number;
  /** Standard deviation in pixels of the blur before shrinking; the seed protocol only, 0 for none. */
  sigma?: number;
}

const defaults: Required<DegradeOptions> = { protocol: 'seed', scale: 3, sigma: 1 };

/** Throws an OptionError unless the scale is a whole number from 2 to 8. */
export function checkScale(scale: number): void {
  if (!Number.isInteger(scale) || scale < 2 || scale > 8) throw new OptionError(`scale is ${scale}; use a whole number from 2 to 8`);
}

/** The top-left part whose sides are the largest multiples of `scale`; an ImageTooSmallError when there is none. */
export function cropToScale(plane: Plane, scale: number): Plane {
  checkScale(scale);
  const width = plane.width - (plane.width % scale);
  const height = plane.height - (plane.height % scale);
  checkSides(plane, scale);
  const data = new Float32Array(width * height);
  for (let y = 0; y < height; y++) data.set(plane.data.subarray(y * plane.width, y * plane.width + width), y * width);
  return { data, width, height };
}

function checkSides({ width, height }: Plane, scale: number): void {
  if (width < scale || height < scale) {
    throw new ImageTooSmallError(`a picture of ${width} x ${height} cannot be shrunk by ${scale}; both sides need ${scale} pixels or more`);
  }
}

function complete(plane: Plane, options: DegradeOptions): Required<DegradeOptions> {
  const { protocol = defaults.protocol, scale = defaults.scale, sigma = defaults.sigma } = options;
  if (!protocols.includes(protocol)) throw new UnknownNameError('protocol', protocol, protocols);
  checkScale(scale);
  checkSides(plane, scale);
  return { protocol, scale, sigma };
}

/** What a camera with 1/scale of the pixels would have kept: int(width / scale) x int(height / scale), 8-bit values. */
export function lowResolution(plane: Plane, options: DegradeOptions = {}): Plane {
  const { protocol, scale, sigma } = complete(plane, options);
  const width = Math.floor(plane.width / scale);
  const height = Math.floor(plane.height / scale);
  if (protocol === 'paper') return imresize(plane, width, height, { rounding: 'each-pass' });
  return resizePillow(gaussianBlur(plane, sigma), width, height);
}

/**
 * The low-resolution picture brought back to the size it had, 8-bit values: the network's input and the bicubic baseline.
 * 'paper' keeps real numbers until the end and expects a plane from `cropToScale`.
 */
export function degrade(plane: Plane, options: DegradeOptions = {}): Plane {
  const { protocol, scale } = complete(plane, options);
  if (protocol === 'seed') return resizePillow(lowResolution(plane, options), plane.width, plane.height);
  return imresizeThereAndBack(plane, Math.floor(plane.width / scale), Math.floor(plane.height / scale));
}
