import type { Resolution } from './resolution';
import { type Directory, tags, TiffBytes } from './tiff';

const PREFIX = 'Exif\0\0';

/** The block of EXIF without the six bytes that stand before it in JPEG. */
export const plainExif = (exif: Buffer): Buffer => (exif.toString('latin1', 0, 6) === PREFIX ? exif.subarray(6) : exif);

/** The block of EXIF with these six bytes. */
export const prefixedExif = (exif: Buffer): Buffer => Buffer.concat([Buffer.from(PREFIX, 'latin1'), exif]);

/** The resolution that a directory of a TIFF, or of EXIF, gives. */
export function directoryResolution(file: TiffBytes, { fields }: Directory): Resolution | undefined {
  const [x] = file.values(fields.get(tags.xResolution)),
    [y] = file.values(fields.get(tags.yResolution)),
    [unit = 2] = file.values(fields.get(tags.resolutionUnit));
  const inches = unit === 2 ? 1 : unit === 3 ? 2.54 : 0;
  return x > 0 && y > 0 && Number.isFinite(x * y) && inches ? { x: x * inches, y: y * inches } : undefined;
}

export function exifResolution(exif: Buffer): Resolution | undefined {
  const file = new TiffBytes(exif);
  const [first] = file.directories();
  return first && directoryResolution(file, first);
}

interface Adapted {
  width: number;
  height: number;
  resolution?: Resolution;
}

/**
 * EXIF for a picture that stands upright and has this size and resolution (pixels an inch; without one, that of the
 * EXIF stays). The small preview, which shows the picture as it was, is unlinked.
 */
export function adaptExif(exif: Buffer, { width, height, resolution }: Adapted): Buffer {
  const file = new TiffBytes(Buffer.from(exif));
  const [first] = file.directories();
  if (!first) return file.bytes;
  file.set(first.fields.get(tags.orientation), 1);
  file.setLong(first.nextAt, 0);
  if (resolution) {
    file.setRational(first.fields.get(tags.xResolution), resolution.x);
    file.setRational(first.fields.get(tags.yResolution), resolution.y);
    file.set(first.fields.get(tags.resolutionUnit), 2);
  }
  const [at] = file.values(first.fields.get(tags.exif));
  const inner = at ? file.directory(at) : undefined;
  file.set(inner?.fields.get(tags.exifWidth), width);
  file.set(inner?.fields.get(tags.exifHeight), height);
  return file.bytes;
}

/** EXIF that contains only the resolution, for WebP, which has no other place for it. */
export function exifOfResolution({ x, y }: Resolution): Buffer {
  const file = new TiffBytes(Buffer.alloc(66));
  file.bytes.write('MM', 0, 'latin1');
  file.setShort(2, 42);
  file.setLong(4, 8);
  file.setShort(8, 3);
  [
    [tags.xResolution, 5, 50],
    [tags.yResolution, 5, 58],
    [tags.resolutionUnit, 3, 2 << 16],
  ].forEach(([tag, type, value], i) => {
    file.setShort(10 + 12 * i, tag);
    file.setShort(12 + 12 * i, type);
    file.setLong(14 + 12 * i, 1);
    file.setLong(18 + 12 * i, value);
  });
  [x, 1 / 1000, y, 1 / 1000].forEach((value, i) => file.setLong(50 + 4 * i, Math.round(value * (i % 2 ? 1e6 : 1000))));
  return file.bytes;
}
