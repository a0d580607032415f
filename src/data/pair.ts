import { pictureName } from './pictureName';
import { ImageTooSmallError } from '../errors';
import { luminance } from '../image/color';
import { readImage } from '../image/files';
import type { Plane } from '../image/image';
import type { Protocol } from '../protocols/protocol';
import { protocolOf } from '../protocols/protocols';

/** The 8-bit luminance of a picture, degraded and as it was. */
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
  /** The side of the patches it must hold, in pixels of the input. */
  size: number;
}

/** Reads and degrades one picture; ImageTooSmallError when it holds no patch. */
export async function preparePair({ file, size, scale, sigma, reads, ...job }: PairJob): Promise<Pair> {
  const protocol = protocolOf(job.protocol);
  const area = protocol.area(luminance(await readImage(file), protocol.convention), scale);
  const times = reads === 'small' ? scale : 1;
  const whole = (side: number) => side - (side % times);
  const sides = protocol.trainingSides(area);
  const [width, height] = [whole(sides.width), whole(sides.height)];
  if (Math.min(width, height) <= size * times) {
    throw new ImageTooSmallError(
      `${pictureName(file)}: the ${width}x${height} pixels that can be used hold no patch of ${size * times}; ` +
        'leave it out, or use a smaller size',
    );
  }
  const { degradation } = protocol;
  const input =
    reads === 'small'
      ? bytes(degradation.shrink(area, scale, sigma), width / scale, height / scale)
      : bytes(degradation.degrade(area, scale, sigma), width, height);
  return { input, target: bytes(area, width, height), width, height };
}

/** The upper left part of a plane of whole numbers. A conversion of typed arrays takes several times as long. */
function bytes({ data, width }: Plane, across: number, down: number): Uint8Array {
  const part = new Uint8Array(across * down);
  for (let y = 0, at = 0; y < down; y++)
    for (let from = y * width; from < y * width + across; from++) part[at++] = data[from];
  return part;
}
