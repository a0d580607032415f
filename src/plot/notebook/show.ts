import sharp from 'sharp';
import { OptionError } from '../../errors';
import type { Image, Plane } from '../../image/image';
import { type Figure, pngOf } from '../figure';
import { outputWriter, type WriteOutput } from './kernel';
import { lightFigure, lightPng } from './lightFigure';
import { pngImage } from './markup';

/** Thrown where there is no notebook to show anything in. */
export class NoNotebookError extends OptionError {}

/** The running kernel's way to send outputs. */
function kernelWriter(): WriteOutput {
  const writer = outputWriter();
  if (writer) return writer;
  throw new NoNotebookError(
    'show works in a notebook with the tslab kernel only; write a file with saveFigure(file, figure) or ' +
      'writeImage(file, image) instead',
  );
}

/**
 * Sends an output in several forms, each under its MIME type; an output with an id can later be replaced in its place
 * (`isUpdate`).
 */
export function send(
  data: Record<string, unknown>,
  { id, isUpdate = false, metadata = {} }: { id?: string; isUpdate?: boolean; metadata?: Record<string, unknown> } = {},
): void {
  kernelWriter()({ data, metadata, transient: id ? { display_id: id } : {} }, isUpdate);
}

/** How a picture is shown. */
export interface ShowImageOptions {
  /** Its width in the notebook, in CSS pixels, 1 to 10000; the picture's own without it, at most 1000. */
  width?: number;
}

/**
 * A wider picture is made smaller before it is sent: at full size an enlargement would add many megabytes to the
 * notebook.
 */
const widest = 1000;

/**
 * Shows a figure below the cell: a picture for GitHub and for print, which JupyterLab turns into the live figure when
 * the pointer enters it. An image or a plane is shown as `showImage` does. Throws OptionError for anything else,
 * NoNotebookError outside a notebook.
 */
export async function show(figure: Figure | Image | Plane): Promise<void> {
  const given: unknown = figure;
  if (given instanceof Promise)
    throw new OptionError('show needs a figure or a picture, not a promise of one; write show(await ...)');
  if (typeof given !== 'object' || given === null)
    throw new OptionError(`show needs a figure or a picture, not ${String(given)}; print others with console.log`);
  if (!('layout' in figure)) return showImage(figure);
  kernelWriter();
  const [light, png] = await Promise.all([lightFigure(figure), lightPng(figure)]);
  const { data, metadata } = figureOutput(light, png);
  send(data, { metadata });
}

/**
 * The output of a figure and its picture: the live figure, the picture, and both described in words. The renderer of
 * live figures shows no words; the extension in scripts/jupyter gives them to what it has drawn.
 */
export function figureOutput(
  figure: Figure,
  png: Buffer,
): { data: Record<string, unknown>; metadata: Record<string, unknown> } {
  const words = figureWords(figure);
  return {
    data: {
      // The button at the figure saves it as SVG; the picture below it is the PNG.
      'application/vnd.plotly.v1+json': { ...asWideAsTheCell(figure), config: saving },
      'image/png': png.toString('base64'),
      'text/plain': words,
    },
    metadata: { 'image/png': { alt: words } },
  };
}

const saving = { toImageButtonOptions: { format: 'svg', filename: 'figure' }, displaylogo: false };

/**
 * The figure without a width of its own, so that plotly fills the cell with it. Pictures whose axes are not bound to
 * one scale would be stretched: a figure with such pictures keeps its width.
 */
function asWideAsTheCell({ data, layout: { width, ...layout } }: Figure): Figure {
  const axis = layout.yaxis as { scaleanchor?: string } | undefined;
  const wouldStretch = Boolean((layout.images as unknown[] | undefined)?.length) && !axis?.scaleanchor;
  return { data, layout: wouldStretch ? { ...layout, width } : { ...layout, autosize: true } };
}

/**
 * Shows a picture below the cell, 0..255 where it is a plane. More than 1000 pixels of width are never sent: its text
 * form then says so. Throws OptionError for a width out of range, NoNotebookError outside of a notebook.
 */
export async function showImage(image: Image | Plane, options: ShowImageOptions = {}): Promise<void> {
  send(imageHtml(await imageOutput(image, options)));
}

/** As an element: JupyterLab and nbconvert leave out the description of an image/png. */
export function imageHtml({ data, metadata }: Awaited<ReturnType<typeof imageOutput>>): Record<string, string> {
  const { 'text/plain': words, 'image/png': png } = data;
  const { width } = metadata['image/png'];
  return { 'text/html': pngImage(Buffer.from(png, 'base64'), words, width), 'text/plain': words };
}

/** The figure's title and subtitle without their markup: what a reader hears who does not see it. */
export function figureWords({ layout }: Figure): string {
  const title = layout.title as { text?: string; subtitle?: { text?: string } } | string | undefined;
  const parts = typeof title === 'string' ? [title] : [title?.text, title?.subtitle?.text];
  const words = parts
    .filter((part): part is string => Boolean(part))
    .map((part) => part.replace(/<[^>]*>/g, ' ').trim());
  return words.join(': ') || 'figure';
}

/** The PNG of a picture for a notebook, its shown width and its description in words. */
export async function imageOutput(
  image: Image | Plane,
  { width = Math.min(image.width, widest) }: ShowImageOptions = {},
): Promise<{ data: Record<string, string>; metadata: { 'image/png': { width: number; alt: string } } }> {
  if (!(width >= 1 && width <= 10000)) throw new OptionError(`width is ${width}; use 1 to 10000 pixels`);
  const sent = Math.min(image.width, widest);
  const whole = await pngOf(image);
  const png = sent === image.width ? whole : await sharp(whole).resize({ width: sent }).png().toBuffer();
  const size = `${image.width} x ${image.height} pixels`;
  const words = sent === image.width ? `picture of ${size}` : `picture of ${size}, shown from ${sent} pixels of width`;
  return {
    data: { 'image/png': png.toString('base64'), 'text/plain': words },
    metadata: { 'image/png': { width: Math.round(width), alt: words } },
  };
}
