import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import { type OnProgress, progressOf } from '../progress';
import type { Image } from '../image/image';
import { type Photograph, samplesLike } from '../image/photograph';
import { fillTransparent } from '../image/transparency';
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

/** Pixels around a visible one whose colours the bicubic filter takes in, beside those that the network does. */
const BICUBIC_REACH = 3;

/**
 * A picture `scale` times as large: luminance by the network after bicubic, chroma and alpha by bicubic; depth, colour
 * profile and the other metadata stay. Colours that are hidden under transparent pixels do not come into the visible
 * ones. All pages are enlarged. Throws WeightsError where no model is given and none came for this scale.
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
    if (image.pages) return await upscalePages([image, ...image.pages], { ...options, model, scale, engine });
    const large = emptyLarge(image, scale);
    const small = fillTransparent(image, reachOf(model.network) + BICUBIC_REACH);
    for (const band of bandsOf(image, scale, reachOf(model.network))) {
      await enlargeRows(small, large, band, { model, engine, scale, protocol });
      onProgress?.(band.end, image.height);
    }
    return large;
  } finally {
    if (!options.engine) await engine.close();
  }
}

/** Each page by itself, so that none comes into another at its edge. */
async function upscalePages(pages: readonly Photograph[], options: UpscaleOptions): Promise<Photograph> {
  const total = pages.reduce((sum, { height }) => sum + height, 0);
  const large: Photograph[] = [];
  let before = 0;
  for (const { pages: _, ...page } of pages) {
    const onProgress = (done: number) => options.onProgress?.(before + done, total);
    large.push(await upscale(page as Photograph, { ...options, onProgress }));
    before += page.height;
  }
  const [first, ...others] = large;
  return { ...first, pages: others };
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
