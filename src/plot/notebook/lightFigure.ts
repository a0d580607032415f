import sharp from 'sharp';
import type { Figure } from '../figure';
import { figurePng } from '../picture';

/** Of 1 to 100, for photographs in the live figure. */
const QUALITY = 75;
/** The same for the colours of the picture that stands for it: with less, skies have bands and texts another colour. */
const COLOURS = 80;

/**
 * The figure with its pictures as WebP, which browsers read and some programs for SVG do not: a notebook holds each
 * byte of them, a file on the disk keeps its PNGs. A picture of squares stays exact where that takes no more bytes.
 */
export async function lightFigure(figure: Figure): Promise<Figure> {
  const images = figure.layout.images as Record<string, unknown>[] | undefined;
  if (!images) return figure;
  const light = await Promise.all(images.map(async (image) => ({ ...image, source: await lightUri(image.source) })));
  return { ...figure, layout: { ...figure.layout, images: light } };
}

async function lightUri(source: unknown): Promise<unknown> {
  const [, base64] = /^data:image\/(?:png|jpeg);base64,(.*)$/.exec(String(source)) ?? [];
  if (base64 === undefined) return source;
  const given = Buffer.from(base64, 'base64');
  const options = [{ lossless: true }, { quality: QUALITY, smartSubsample: true }];
  const written = await Promise.all(options.map((each) => sharp(given).webp(each).toBuffer()));
  const least = written.reduce((one, other) => (other.length < one.length ? other : one));
  return least.length < given.length ? `data:image/webp;base64,${least.toString('base64')}` : source;
}

/**
 * The picture that stands for a figure in a notebook, of at most 256 colours, which makes photographs three times
 * smaller. It has one pixel per CSS pixel: JupyterLab and GitHub would cut off a larger one.
 */
export async function lightPng(figure: Figure): Promise<Buffer> {
  return sharp(await figurePng(figure, { scale: 1 }))
    .png({ palette: true, quality: COLOURS, compressionLevel: 9 })
    .toBuffer();
}
