import { basename } from 'node:path';
import { ImageTooSmallError } from '../errors';
import { luminance } from '../image/color';
import { cut } from '../image/crop';
import { readImage } from '../image/files';
import type { Plane } from '../image/image';
import type { Protocol } from '../protocols/protocol';
import { protocolOf } from '../protocols/protocols';

/** The 8-bit luminance of a picture, degraded and as it was. */
export interface Pair {
  input: Uint8Array;
  target: Uint8Array;
  width: number;
  height: number;
}

export interface PairJob {
  file: string;
  /** A name where other threads do the work: they do not know a protocol of one's own. */
  protocol: string | Protocol;
  scale: number;
  sigma: number;
  /** The side of the patches it must hold. */
  size: number;
}

/** Reads and degrades one picture; ImageTooSmallError when it holds no patch. */
export async function preparePair({ file, size, scale, sigma, ...job }: PairJob): Promise<Pair> {
  const protocol = protocolOf(job.protocol);
  const area = protocol.area(luminance(await readImage(file), protocol.convention), scale);
  const { width, height } = protocol.trainingSides(area);
  if (Math.min(width, height) <= size) {
    throw new ImageTooSmallError(
      `${basename(file)}: the ${width}x${height} pixels that can be used hold no patch of ${size}; ` +
        'leave it out, or use a smaller size',
    );
  }
  const bytes = (plane: Plane) => Uint8Array.from(cut(plane, { x: 0, y: 0, width, height }).data);
  return { input: bytes(protocol.degradation.degrade(area, scale, sigma)), target: bytes(area), width, height };
}
