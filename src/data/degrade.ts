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

/** The small picture that a protocol makes of a large one: int(width / scale) x int(height / scale), 8-bit values. */
export function lowResolution(plane: Plane, options: DegradeOptions = {}): Plane {
  const { protocol, scale, sigma } = complete(plane, options);
  return protocol.degradation.shrink(plane, scale, sigma);
}

/**
 * The plane shrunk and then enlarged to its own size by bicubic, 8-bit values: the input of networks that read the
 * enlarged picture, and the bicubic baseline. Protocol paper expects sides that are multiples of the scale
 * (`cropToScale`).
 */
export function degrade(plane: Plane, options: DegradeOptions = {}): Plane {
  const { protocol, scale, sigma } = complete(plane, options);
  return protocol.degradation.degrade(plane, scale, sigma);
}
