import { type Directory, tags, type TiffBytes } from './tiff';

/** The compressions that the decoder knows: none, fax (3), LZW, JPEG (2), deflate (2), PackBits. */
const COMPRESSIONS = [1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946];
const names: Readonly<Record<number, string>> = { 34925: 'LZMA', 34887: 'LERC', 50000: 'Zstandard', 50001: 'WebP' };
const OLD_JPEG = 6,
  JPEG = 7;
const YCBCR = 6;

/**
 * Throws an Error where a page of a TIFF is stored in a way that the decoder would take for damage, or of which it
 * would give wrong colours, or only a part.
 */
export function checkTiff(file: TiffBytes, { fields }: Directory): void {
  const [compression = 1] = file.values(fields.get(tags.compression));
  const [photometric] = file.values(fields.get(tags.photometric));
  if (!COMPRESSIONS.includes(compression))
    throw new Error(
      `its samples are compressed by ${names[compression] ?? `method ${compression}`}, which the lab does not read; ` +
        'save it with LZW or deflate',
    );
  const [depth = 1] = file.values(fields.get(tags.depth));
  if (depth > 1)
    throw new Error(`it is a volume of ${depth} slices, of which only one could be read; save each as a page`);
  if (photometric === YCBCR && compression !== JPEG && compression !== OLD_JPEG)
    throw new Error('its colours are YCbCr without JPEG, which the lab does not read; save it as RGB');
}
