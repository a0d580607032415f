import { type Normalization, seedNormalization } from '../data/batches';
import { checkScale } from '../data/degrade';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import type { Image } from '../image/image';
import type { Model } from '../network/srcnn';
import { seedPictures } from '../protocols/protocol';
import { restoreWith } from './predict';

export interface RestoreOptions {
  model: Model;
  /** Default: what the model was trained for, else 3. */
  scale?: number;
  engine?: Engine;
  normalization?: Normalization;
}

/** A picture degraded as protocol seed does and brought back, by bicubic and by the network: the three RGB pictures that evaluate() compares. */
export async function restoreImage(
  image: Image,
  options: RestoreOptions,
): Promise<{ original: Image; bicubic: Image; restored: Image }> {
  const { model, scale = options.model.degradation?.scale ?? 3, normalization = seedNormalization } = options;
  checkScale(scale);
  const engine = options.engine ?? (await createEngine());
  try {
    const { original, bicubic, restored } = await seedPictures(image, scale, {
      restore: restoreWith(model, engine, normalization),
    });
    return { original, bicubic: bicubic!, restored: restored! };
  } finally {
    if (!options.engine) await engine.close();
  }
}
