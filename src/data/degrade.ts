import { checkShrinkable } from '../degradations/degradation';
import type { Plane } from '../image/image';
import type { Protocol } from '../protocols/protocol';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, protocolOf } from '../protocols/protocols';

export interface DegradeOptions {
  /** A protocol's name, or one of your own; 'report' by default. */
  protocol?: string | Protocol;
  /** Whole number from 2 to 8; 3 by default. */
  scale?: number;
  /** Standard deviation in pixels of the blur before shrinking, 0 for none; the protocol's own by default. */
  sigma?: number;
}

function complete(plane: Plane, options: DegradeOptions): { protocol: Protocol; scale: number; sigma: number } {
  const protocol = protocolOf(options.protocol ?? DEFAULT_PROTOCOL);
  const { scale = DEFAULT_SCALE, sigma = protocol.degradation.sigma } = options;
  checkShrinkable(plane, scale);
  return { protocol, scale, sigma };
}

/** What a camera with 1/scale of the pixels would have kept: int(width / scale) x int(height / scale), 8-bit values. */
export function lowResolution(plane: Plane, options: DegradeOptions = {}): Plane {
  const { protocol, scale, sigma } = complete(plane, options);
  return protocol.degradation.shrink(plane, scale, sigma);
}

/**
 * The low-resolution picture brought back to the size it had, 8-bit values: the input of networks that read it, and the
 * bicubic baseline. Protocol paper expects sides that are multiples of the scale (`cropToScale`).
 */
export function degrade(plane: Plane, options: DegradeOptions = {}): Plane {
  const { protocol, scale, sigma } = complete(plane, options);
  return protocol.degradation.degrade(plane, scale, sigma);
}
