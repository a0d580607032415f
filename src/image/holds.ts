import { OptionError } from '../errors';
import { needsPng } from './encode';
import { kindOf } from './kinds';
import type { Photograph } from './photograph';

/**
 * Throws an OptionError where the file's kind cannot hold all pages or frames of the picture, or the colours that it
 * is in.
 */
export function checkHolds(file: string, photograph: Photograph, kind = kindOf(file)): void {
  const { pages, animation } = photograph;
  const count = 1 + (pages?.length ?? 0);
  if (animation && kind !== '.webp')
    throw new OptionError(`cannot write ${file}: the picture has ${count} frames, which the lab writes to .webp only`);
  if (pages && !animation && kind !== '.tif')
    throw new OptionError(`cannot write ${file}: the picture has ${count} pages, which the lab writes to .tif only`);
  if (needsPng(photograph) && kind !== '.png')
    throw new OptionError(
      `cannot write ${file}: the picture's colours (cICP, as of HDR) can be said in .png only; use .png`,
    );
}
