import { OptionError } from '../../errors';
import type { Image, Plane } from '../../image/image';
import { type Figure, pngOf } from '../figure';
import { figurePng } from '../picture';

type WriteDisplayData = (
  content: { data: Record<string, unknown>; metadata: Record<string, unknown>; transient: Record<string, unknown> },
  isUpdate: boolean,
) => void;

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
  throw new NoNotebookError(
    'show works in a notebook with the tslab kernel only; write a file with saveFigure(file, figure) or writeImage(file, image) instead',
  );
}

/** Sends an output, each of its forms under its MIME type; with an id it can be shown anew in its place (`isUpdate`). */
export function send(
  data: Record<string, unknown>,
  { id, isUpdate = false }: { id?: string; isUpdate?: boolean } = {},
): void {
  kernelWriter()({ data, metadata: {}, transient: id ? { display_id: id } : {} }, isUpdate);
}

/**
 * Shows a figure below the cell: a picture for GitHub and for print, which JupyterLab turns into the live figure when the
 * pointer enters it. Throws NoNotebookError outside of a notebook.
 */
export async function show(figure: Figure): Promise<void> {
  kernelWriter();
  // Scale 1: JupyterLab and GitHub show a picture pixel for pixel, and a larger one would be cut off.
  const png = await figurePng(figure, { scale: 1 });
  send({ 'application/vnd.plotly.v1+json': figure, 'image/png': png.toString('base64') });
}

/** Shows a picture below the cell at its own size, 0..255 where it is a plane. Throws NoNotebookError outside of a notebook. */
export async function showImage(image: Image | Plane): Promise<void> {
  kernelWriter();
  send({ 'image/png': (await pngOf(image)).toString('base64') });
}
