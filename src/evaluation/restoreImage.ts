import { checkScale } from '../data/degrade';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import type { Image } from '../image/image';
import { seedPictures } from '../protocols/protocol';
import { restoreWith } from './predict';
import type { Model } from '../network/network';

export interface RestoreOptions {
  model: Model;
  /** Default: what the model was trained for, else 3. */
  scale?: number;
  engine?: Engine;
}

/** A picture degraded as protocol seed does and brought back, by bicubic and by the network: the three RGB pictures that evaluate() compares. */
export async function restoreImage(
  image: Image,
  options: RestoreOptions,
): Promise<{ original: Image; bicubic: Image; restored: Image }> {
  const { model, scale = options.model.trainedFor?.scale ?? 3 } = options;
  checkScale(scale);
  const engine = options.engine ?? (await createEngine());
  try {
    const { original, bicubic, restored } = await seedPictures(image, scale, {
      restore: restoreWith(model, engine),
    });
    return { original, bicubic: bicubic!, restored: restored! };
  } finally {
    if (!options.engine) await engine.close();
  }
}
