import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import type { Image } from '../image/image';
import { type Photograph, samplesLike } from '../image/photograph';
import { pretrained } from '../formats/pretrained';
import { type Band, bandsOf } from './bands';
import { type Enlarger, enlargeRows } from './upscaleRows';
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
  /** Called with the rows of the picture that are done. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * A picture `scale` times as large: luminance by the network after bicubic, chroma and alpha by bicubic; depth and
 * colour profile stay. Throws WeightsError where no model is given and none came for this scale.
 */
export async function upscale(image: Image, options?: UpscaleOptions): Promise<Image>;
export async function upscale(image: Photograph, options?: UpscaleOptions): Promise<Photograph>;
export async function upscale(image: Photograph, options: UpscaleOptions = {}): Promise<Photograph> {
  const enlarger = await createEnlarger(options);
  const large = emptyLarge(image, enlarger.scale);
  for await (const _ of enlargeBands(image, enlarger, options, () => ({ large, firstRow: 0 })));
  return large;
}

/**
 * The same picture as `upscale` gives, as strips from top to bottom, each a picture of its own. Only one is held at a
 * time, so that the whole may be larger than the memory. Throws as `upscale` does.
 */
export async function* upscaleStrips(image: Photograph, options: UpscaleOptions = {}): AsyncGenerator<Photograph> {
  const enlarger = await createEnlarger(options);
  yield* enlargeBands(image, enlarger, options, ({ start, end }) => ({
    large: emptyLarge({ ...image, height: end - start }, enlarger.scale),
    firstRow: start,
  }));
}

async function createEnlarger(options: UpscaleOptions): Promise<Enlarger> {
  const { scale = options.model?.trainedFor?.scale ?? DEFAULT_SCALE } = options;
  checkScale(scale);
  const model = options.model ?? pretrained(`x${scale}`);
  const protocol = protocolOf(options.protocol ?? model.trainedFor?.protocol ?? DEFAULT_PROTOCOL);
  return { model, scale, protocol, engine: options.engine ?? (await createEngine()) };
}

/**
 * Fills the picture that `roomFor` gives for each band, whose top is the enlarged row `firstRow` of the small picture,
 * and yields it.
 */
async function* enlargeBands(
  image: Photograph,
  enlarger: Enlarger,
  options: UpscaleOptions,
  roomFor: (band: Band) => { large: Photograph; firstRow: number },
): AsyncGenerator<Photograph> {
  try {
    for (const band of bandsOf(image, enlarger.scale, reachOf(enlarger.model.network))) {
      const { large, firstRow } = roomFor(band);
      await enlargeRows(image, large, band, enlarger, firstRow);
      options.onProgress?.(band.end, image.height);
      yield large;
    }
  } finally {
    if (!options.engine) await enlarger.engine.close();
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
