import { type Normalization, seedNormalization } from '../data/batches';
import { checkScale } from '../data/degrade';
import type { Engine } from '../engine/engine';
import { createWasmEngine } from '../engine/wasm/wasm';
import { toRgb, toYCbCr } from '../image/color';
import type { Image, Plane } from '../image/image';
import { resizePillow } from '../image/resize';
import type { Model } from '../model/srcnn';
import { clip, restoreWith } from './protocol';

export interface UpscaleOptions {
  model: Model;
  scale?: number;
  engine?: Engine;
  normalization?: Normalization;
}

/** A picture `scale` times as large: luminance by the network after bicubic, chroma and alpha by bicubic. */
export async function upscale(image: Image, options: UpscaleOptions): Promise<Image> {
  const { model, scale = 3, normalization = seedNormalization } = options;
  checkScale(scale);
  const engine = options.engine ?? (await createWasmEngine());
  const enlarge = (plane: Plane) => resizePillow(plane, plane.width * scale, plane.height * scale);
  const { y, cb, cr } = toYCbCr(image, 'full');
  const restored = clip(await restoreWith(model, engine, normalization)(enlarge(y)));
  if (!options.engine) await engine.close();
  const colour = image.channels === 3 ? toRgb({ y: restored, cb: enlarge(cb), cr: enlarge(cr) }, 'full')
    : { data: Uint8Array.from(restored.data), width: restored.width, height: restored.height, channels: 1 as const };
  if (!image.alpha) return colour;
  const { data } = enlarge({ data: Float32Array.from(image.alpha), width: image.width, height: image.height });
  return { ...colour, alpha: Uint8Array.from(data) };
}
