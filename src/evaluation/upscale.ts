import { OptionError } from '../errors';
import { createEngine } from '../engine/choose';
import type { Engine } from '../engine/engine';
import { type OnProgress, progressOf } from '../progress';
import type { Image } from '../image/image';
import { checkSamples, type Photograph, samplesLike } from '../image/photograph';
import { fillTransparent } from '../image/transparency';
import { pretrained } from '../formats/pretrained';
import { type Band, bandsOf } from './bands';
import { predictEnsemble } from './ensemble';
import { predict as predictOnce } from './predict';
import { type Enlarger, enlargeRows } from './upscaleRows';
import type { Model } from '../network/network';
import { reachOf } from '../network/geometry';
import { checkScale } from '../degradations/degradation';
import { DEFAULT_PROTOCOL, DEFAULT_SCALE, protocolOf } from '../protocols/protocols';
import type { Protocol } from '../protocols/protocol';

export interface UpscaleOptions {
  /** The model that enlarges; by default the best weights that come with the package for this scale. */
  model?: Model;
  /** Whole number from 2 to 8; by default the scale that the model was trained for, else 3. */
  scale?: number;
  /**
   * The protocol whose range of luminance the network has learnt. By default the one that the model was trained for.
   */
  protocol?: string | Protocol;
  /**
   * Whether the result is the mean over eight turned and mirrored pictures, which takes eight times as long; false by
   * default.
   */
  ensemble?: boolean;
  /** The engine that computes. Without it, one is chosen, and closed at the end. */
  engine?: Engine;
  /** Called with the rows of the picture that are done; without it, a notebook shows long work in the cell. */
  onProgress?: OnProgress;
}

/** Pixels around a visible one whose colours the bicubic filter takes in, beside those that the network does. */
const BICUBIC_REACH = 3;

/**
 * A picture `scale` times as large: luminance by the network after bicubic, chroma and alpha by bicubic; depth, colour
 * profile and the other metadata stay. Hidden colours of transparent pixels do not mix into the visible ones. All pages
 * are enlarged. Throws WeightsError if no model is given and the package has none for this scale, OptionError for
 * samples that do not fit the size, for a model of another scale, and for one on RGB where the picture is grey.
 */
export async function upscale(image: Image, options?: UpscaleOptions): Promise<Image>;
/** As for an image of 8 bits; samples of 16 bits, colour profile, metadata and all pages are kept. */
export async function upscale(image: Photograph, options?: UpscaleOptions): Promise<Photograph>;
export async function upscale(image: Photograph, options: UpscaleOptions = {}): Promise<Photograph> {
  checkSamples(image);
  const enlarger = await createEnlarger(image, options);
  const onProgress = progressOf('enlarging rows', options.onProgress);
  if (image.pages)
    return upscalePages([image, ...image.pages], { ...options, ...enlarger, onProgress }, !options.engine);
  const large = emptyLarge(image, enlarger.scale);
  for await (const _ of enlargeBands(image, enlarger, { ...options, onProgress }, () => ({ large, firstRow: 0 })));
  return large;
}

/**
 * The same picture as `upscale` gives, as strips from top to bottom, each a picture of its own. Only one is held at a
 * time, so that the whole may be larger than the memory. Throws as `upscale` does.
 */
export async function* upscaleStrips(image: Photograph, options: UpscaleOptions = {}): AsyncGenerator<Photograph> {
  const enlarger = await createEnlarger(image, options);
  yield* enlargeBands(image, enlarger, options, ({ start, end }) => ({
    large: emptyLarge({ ...image, height: end - start }, enlarger.scale),
    firstRow: start,
  }));
}

async function createEnlarger({ channels }: Photograph, options: UpscaleOptions): Promise<Enlarger> {
  const { scale = options.model?.trainedFor?.scale ?? DEFAULT_SCALE } = options;
  checkScale(scale);
  const model = options.model ?? pretrained(`x${scale}`);
  const protocol = protocolOf(options.protocol ?? model.trainedFor?.protocol ?? DEFAULT_PROTOCOL);
  const { network } = model;
  if (network.reads === 'small' && network.scale !== scale)
    throw new OptionError(
      `the network ${network.name} enlarges ${network.scale} times, not ${scale}; use another model`,
    );
  if (network.channels === 3 && channels === 1)
    throw new OptionError(
      `the network ${network.name} restores colours, and the picture is grey; use weights on luminance, such as ` +
        'those of the package',
    );
  const predict = options.ensemble ? predictEnsemble : predictOnce;
  return { model, scale, protocol, predict, engine: options.engine ?? (await createEngine()) };
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
    const { network } = enlarger.model;
    // In pixels of the enlarged picture, whichever of the two the network reads.
    const reach = reachOf(network) * network.scale;
    const small = fillTransparent(image, reach + BICUBIC_REACH);
    for (const band of bandsOf(image, enlarger.scale, reach)) {
      const { large, firstRow } = roomFor(band);
      await enlargeRows(small, large, band, enlarger, firstRow);
      options.onProgress?.(band.end, image.height);
      yield large;
    }
  } finally {
    if (!options.engine) await enlarger.engine.close();
  }
}

/** Each page by itself, so that none comes into another at its edge. */
async function upscalePages(
  pages: readonly Photograph[],
  options: UpscaleOptions & { engine: Engine },
  closesEngine: boolean,
): Promise<Photograph> {
  const total = pages.reduce((sum, { height }) => sum + height, 0);
  const large: Photograph[] = [];
  let before = 0;
  try {
    for (const { pages: _, ...page } of pages) {
      const onProgress = (done: number) => options.onProgress?.(before + done, total);
      large.push(await upscale(page as Photograph, { ...options, onProgress }));
      before += page.height;
    }
  } finally {
    if (closesEngine) await options.engine.close();
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
