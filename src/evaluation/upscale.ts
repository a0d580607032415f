import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import { type OnProgress, progressOf } from '../progress';
import type { Image } from '../image/image';
import { type Photograph, samplesLike } from '../image/photograph';
import { pretrained } from '../formats/pretrained';
import { bandsOf } from './bands';
import { enlargeRows } from './upscaleRows';
import type { Model } from '../network/network';
import { reachOf } from '../network/geometry';
import { checkScale } from '../degradations/degradation';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, protocolOf } from '../protocols/protocols';
import type { Protocol } from '../protocols/protocol';

export interface UpscaleOptions {
  /** The weights that come with the package for this scale, where none is given. */
  model?: Model;
  /** The scale the model was trained for, or 3. */
  scale?: number;
  /** The protocol whose range of luminance the network has learnt. By default that which the model was trained for. */
  protocol?: string | Protocol;
  engine?: Engine;
  /** Called with the rows of the picture that are done; without it, a notebook shows long work in the cell. */
  onProgress?: OnProgress;
}

/**
 * A picture `scale` times as large: luminance by the network after bicubic, chroma and alpha by bicubic; depth and colour profile stay.
 * Throws WeightsError where no model is given and none came for this scale.
 */
export async function upscale(image: Image, options?: UpscaleOptions): Promise<Image>;
export async function upscale(image: Photograph, options?: UpscaleOptions): Promise<Photograph>;
export async function upscale(image: Photograph, options: UpscaleOptions = {}): Promise<Photograph> {
  const { scale = options.model?.trainedFor?.scale ?? DEFAULT_SCALE } = options;
  const onProgress = progressOf('enlarging rows', options.onProgress);
  checkScale(scale);
  const model = options.model ?? pretrained(`x${scale}`);
  const protocol = protocolOf(options.protocol ?? model.trainedFor?.protocol ?? DEFAULT_PROTOCOL);
  const engine = options.engine ?? (await createEngine());
  try {
    const large = emptyLarge(image, scale);
    for (const band of bandsOf(image, scale, reachOf(model.network))) {
      await enlargeRows(image, large, band, { model, engine, scale, protocol });
      onProgress?.(band.end, image.height);
    }
    return large;
  } finally {
    if (!options.engine) await engine.close();
  }
}

function emptyLarge(image: Photograph, scale: number): Photograph {
  const room = (channels: number) => samplesLike(image.data, image.width * image.height * scale ** 2 * channels);
  return {
    ...image,
    data: room(image.channels),
    width: image.width * scale,
    height: image.height * scale,
    ...(image.alpha ? { alpha: room(1) } : {}),
  };
}
