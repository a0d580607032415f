import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { DOMWindow } from 'jsdom';
import sharp from 'sharp';
import { OptionError } from '../errors';
import { optionalPackage, resolveOptional } from '../optionalPackage';
import { writeAtomically } from '../disk/writeAtomically';
import type { Figure } from './figure';
import { answerMeasurements } from './textSize';

export interface PictureOptions {
  /** Width in CSS pixels; the figure's own by default. */
  width?: number;
  /** Height in CSS pixels; the figure's own by default. */
  height?: number;
}

/** plotly.js and the window it lives in. */
interface Drawing {
  window: DOMWindow;
  toImage(
    figure: Figure,
    options: { format: 'svg'; imageDataOnly: true; width: number; height: number },
  ): Promise<string>;
}

let drawing: Promise<Drawing> | undefined;

/** Loaded once, and only by those who want a static picture: it takes most of a second. */
function loadDrawing(): Promise<Drawing> {
  drawing ??= startDrawing();
  return drawing;
}

async function startDrawing(): Promise<Drawing> {
  const { JSDOM } = optionalPackage<typeof import('jsdom')>('jsdom', 'to draw figures');
  const { window } = new JSDOM('<!doctype html><body></body>', { runScripts: 'outside-only', pretendToBeVisual: true });
  answerMeasurements(window);
  window.eval(await readFile(resolveOptional('plotly.js-dist', 'to draw figures'), 'utf8'));
  const plotly = (window as unknown as { Plotly: { toImage: Drawing['toImage'] } }).Plotly;
  // The figure is parsed again inside the window, so that plotly does not change the caller's figure and does not
  // meet objects of another realm.
  return { window, toImage: (figure, options) => plotly.toImage(window.JSON.parse(JSON.stringify(figure)), options) };
}

function figureSize(figure: Figure, options: PictureOptions): { width: number; height: number } {
  const { width = 820, height = 430 } = { ...(figure.layout as PictureOptions), ...options };
  for (const [name, value] of Object.entries({ width, height })) {
    if (!(value >= 10 && value <= 10000)) throw new OptionError(`${name} is ${value}; use 10 to 10000 pixels`);
  }
  return { width: Math.round(width), height: Math.round(height) };
}

/** The figure as an SVG document, drawn by plotly.js without a browser. */
export async function figureSvg(figure: Figure, options: PictureOptions = {}): Promise<string> {
  const size = figureSize(figure, options);
  const { toImage } = await loadDrawing();
  // Without a name of its own, plotly.js gives each trace a random one.
  const named = { ...figure, data: figure.data.map((trace, i) => ({ uid: String(i), ...trace })) };
  return withStableIds(await toImage(named, { format: 'svg', imageDataOnly: true, ...size }));
}

/**
 * plotly.js marks the names inside a drawing with six random digits. They are replaced by digits of its content, so
 * that the same figure gives the same file.
 */
function withStableIds(svg: string): string {
  const random = /"topdefs-(\w{6})"/.exec(svg)?.[1];
  if (!random) return svg;
  const blank = svg.replaceAll(new RegExp(`(clip|defs-|legend)${random}`, 'g'), '$1');
  const own = createHash('sha256').update(blank).digest('hex').slice(0, 6);
  return svg.replaceAll(new RegExp(`(clip|defs-|legend)${random}`, 'g'), `$1${own}`);
}

/** The figure as a PNG of width * scale x height * scale pixels, transparent where nothing is drawn. */
export async function figurePng(figure: Figure, options: PictureOptions & { scale?: number } = {}): Promise<Buffer> {
  const { scale = 2, ...size } = options;
  if (!(scale > 0 && scale <= 8)) throw new OptionError(`scale is ${scale}; use a number above 0, up to 8`);
  const svg = await figureSvg(figure, size);
  // 72 dots an inch is one pixel per CSS pixel; unlimited, because embedded pictures make long attributes.
  return sharp(Buffer.from(svg), { density: 72 * scale, unlimited: true })
    .png()
    .toBuffer();
}

/** The kind of picture that a file is to hold. Throws OptionError for another than .svg and .png. */
export function kindOfFigure(file: string): '.svg' | '.png' {
  const kind = extname(file).toLowerCase();
  if (kind !== '.svg' && kind !== '.png') throw new OptionError(`cannot write the figure ${file}: use .svg or .png`);
  return kind;
}

/**
 * Writes the figure as .svg or .png; the file is written completely or not at all. Throws OptionError for another
 * extension, WriteError when writing fails.
 */
export async function saveFigure(
  file: string,
  figure: Figure,
  options: PictureOptions & { scale?: number } = {},
): Promise<void> {
  await writeAtomically(
    file,
    kindOfFigure(file) === '.svg' ? await figureSvg(figure, options) : await figurePng(figure, options),
  );
}
