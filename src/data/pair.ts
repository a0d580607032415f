import { pictureName } from './pictureName';
import { ImageTooSmallError } from '../errors';
import { type Colours, luminance, toYCbCr } from '../image/color';
import { readImage } from '../image/files';
import type { Image, Plane } from '../image/image';
import { imresize } from '../image/resize';
import { imageOf, planesOf } from '../protocols/planes';
import type { Protocol } from '../protocols/protocol';
import { protocolOf } from '../protocols/protocols';

/** The 8-bit planes of a picture, degraded and as it was: its luminance, or three planes one after the other. */
export interface Pair {
  /** The enlarged picture, or the small one, whose sides are those of the target divided by the scale. */
  input: Uint8Array;
  target: Uint8Array;
  /** Sides of the target. */
  width: number;
  height: number;
}

export interface PairJob {
  file: string;
  /** A name if other threads do the work: they do not know a protocol of your own. */
  protocol: string | Protocol;
  scale: number;
  sigma: number;
  /** Whether the input is the enlarged or the small picture. */
  reads: 'enlarged' | 'small';
  /** The planes to read; 'y' by default. */
  colours?: Colours;
  /** The size at which the picture is used, as a part of its own: above 0 and at most 1, 1 by default. */
  part?: number;
  /** The side of the patches it must hold, in pixels of the input. */
  size: number;
}

/** Reads and degrades one picture; ImageTooSmallError when it holds no patch. */
export async function preparePair(job: PairJob): Promise<Pair> {
  const { file, size, scale, sigma, reads, colours = 'y', part = 1 } = job;
  const protocol = protocolOf(job.protocol);
  const whole = shrunk(await readImage(file), part);
  const areas = planesFor(whole, colours, protocol).map((plane) => protocol.area(plane, scale));
  const times = reads === 'small' ? scale : 1;
  const fitting = (side: number) => side - (side % times);
  const sides = protocol.trainingSides(areas[0]);
  const [width, height] = [fitting(sides.width), fitting(sides.height)];
  if (Math.min(width, height) <= size * times) {
    const what = part < 1 ? `${pictureName(file)} at ${part} of its size` : pictureName(file);
    throw new ImageTooSmallError(
      `${what}: the ${width}x${height} pixels that can be used hold no patch of ${size * times}; ` +
        'leave it out, or use a smaller size',
    );
  }
  const { degradation } = protocol;
  const inputs = areas.map((area) =>
    reads === 'small'
      ? bytes(degradation.shrink(area, scale, sigma), width / scale, height / scale)
      : bytes(degradation.degrade(area, scale, sigma), width, height),
  );
  const targets = areas.map((area) => bytes(area, width, height));
  return { input: joined(inputs), target: joined(targets), width, height };
}

/** The picture at a part of its size, by MATLAB's antialiased bicubic. */
function shrunk(image: Image, part: number): Image {
  if (part === 1) return image;
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(part * side)));
  return imageOf(planesOf(image).map((plane) => imresize(plane, width, height, { rounding: 'each-pass' })));
}

function planesFor(image: Image, colours: Colours, { convention }: Protocol): Plane[] {
  if (colours === 'y') return [luminance(image, convention)];
  if (colours === 'rgb') return planesOf(image);
  const { y, cb, cr } = toYCbCr(image, 'studio');
  return [y, cb, cr];
}

const joined = (planes: Uint8Array[]): Uint8Array =>
  planes.length === 1 ? planes[0] : new Uint8Array(Buffer.concat(planes));

/** The upper left part of a plane of whole numbers. A conversion of typed arrays takes several times as long. */
function bytes({ data, width }: Plane, across: number, down: number): Uint8Array {
  const part = new Uint8Array(across * down);
  for (let y = 0, at = 0; y < down; y++)
    for (let from = y * width; from < y * width + across; from++) part[at++] = data[from];
  return part;
}
