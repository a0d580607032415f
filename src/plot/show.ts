import { OptionError } from '../errors';
import type { Image, Plane } from '../image/image';
import { type Figure, pngOf } from './figure';
import { figurePng, figureSize } from './picture';

type WriteDisplayData = (content: { data: Record<string, unknown>; metadata: Record<string, unknown>; transient: Record<string, unknown> }, isUpdate: boolean) => void;

/** Thrown where there is no notebook to show anything in. */
export class NoNotebookError extends OptionError {}

/**
 * The running kernel's way to send outputs. Taken from the modules it has loaded, and never required anew:
 * another copy of tslab, wherever it is installed, would know of no notebook.
 */
function kernelWriter(): WriteDisplayData {
  for (const [file, loaded] of Object.entries(require.cache)) {
    const writer = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file) && loaded?.exports.lastWriteDisplayData;
    if (writer) return writer;
  }
  throw new NoNotebookError('show works in a notebook with the tslab kernel only; write a file with saveFigure(file, figure) or writeImage(file, image) instead');
}

function send(data: Record<string, unknown>, metadata: Record<string, unknown> = {}): void {
  kernelWriter()({ data, metadata, transient: {} }, false);
}

/** Shows a figure below the cell, live in JupyterLab, with a picture for GitHub and for print in the same output. Throws NoNotebookError elsewhere. */
export async function show(figure: Figure): Promise<void> {
  kernelWriter();
  const size = figureSize(figure);
  const png = await figurePng(figure, { ...size, scale: 1.5 });
  // The size in the metadata: shown at that width, sharp on dense screens.
  send({ 'application/vnd.plotly.v1+json': figure, 'image/png': png.toString('base64') }, { 'image/png': size });
}

/** Shows a picture below the cell at its own size, 0..255 where it is a plane. Throws NoNotebookError outside of a notebook. */
export async function showImage(image: Image | Plane): Promise<void> {
  kernelWriter();
  send({ 'image/png': (await pngOf(image)).toString('base64') });
}
