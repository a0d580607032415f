import { checkScale } from '../degradations/degradation';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import type { Image } from '../image/image';
import type { Model } from '../network/network';
import type { Compared, Protocol, RestoredImages } from '../protocols/protocol';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, protocolOf } from '../protocols/protocols';
import { sigmaFor } from './evaluate';
import { restoreWith } from './restore';

export interface RestoreOptions {
  /** The model that brings the picture back. */
  model: Model;
  /** A protocol's name, or one of your own. By default the one that the model was trained for, else 'report'. */
  protocol?: string | Protocol;
  /** By default the scale that the model was trained for, else 3. */
  scale?: number;
  /** Blur before shrinking, in pixels. By default that which the model was trained for, else the protocol's own. */
  sigma?: number;
  /** The engine that computes. Without it, one is chosen, and closed at the end. */
  engine?: Engine;
}

/**
 * A picture as a protocol degrades it and as bicubic and a network bring it back: as RGB to look at, and as `evaluate`
 * compares them.
 */
export async function restoreImage(
  image: Image,
  options: RestoreOptions,
): Promise<RestoredImages & { compared: Required<Compared> }> {
  const { model } = options;
  const protocol = protocolOf(options.protocol ?? model.trainedFor?.protocol ?? DEFAULT_PROTOCOL);
  const scale = options.scale ?? model.trainedFor?.scale ?? DEFAULT_SCALE;
  checkScale(scale);
  const sigma = options.sigma ?? sigmaFor(protocol, model);
  const engine = options.engine ?? (await createEngine());
  try {
    const restore = restoreWith(model, engine);
    const compared = (await protocol.compare(image, { scale, sigma, bicubic: true, restore })) as Required<Compared>;
    return { ...protocol.show(compared, image, scale), compared };
  } finally {
    if (!options.engine) await engine.close();
  }
}
