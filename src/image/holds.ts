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
    throw new OptionError(
      `cannot write ${file}: the picture has ${count} frames, which only .webp can hold here; use .webp`,
    );
  if (pages && !animation && kind !== '.tif')
    throw new OptionError(
      `cannot write ${file}: the picture has ${count} pages, which only .tif can hold here; use .tif`,
    );
  if (needsPng(photograph) && kind !== '.png')
    throw new OptionError(`cannot write ${file}: only .png can hold the picture's colours (cICP, as of HDR); use .png`);
}
