import type { Resolution } from './resolution';
import { tags, TiffBytes } from './tiff';

/**
 * Writes the resolution into a TIFF. Without one it writes that the resolution is unknown, because the encoder has
 * already put a value of its own there.
 */
export function setTiffResolution(tiff: Buffer, resolution?: Resolution): void {
  const file = new TiffBytes(tiff);
  for (const { fields } of file.directories()) {
    const write = (tag: number, value: number) => {
      const field = fields.get(tag);
      if (field?.type !== 5) return;
      // Thousandths hold every usual resolution; without one the ratio of the sides is 1.
      file.setLong(field.at, resolution ? Math.round(value * 1000) : 1);
      file.setLong(field.at + 4, resolution ? 1000 : 1);
    };
    write(tags.xResolution, resolution?.x ?? 1);
    write(tags.yResolution, resolution?.y ?? 1);
    file.set(fields.get(tags.resolutionUnit), resolution ? 2 : 1);
  }
}

/** The longest file whose positions fit into 32 bits. */
const LONGEST = 2 ** 32 - 1;

/**
 * One TIFF with the pages of several, each of one page, as the lab's encoder makes them: in one byte order, without
 * EXIF.
 */
export function joinTiffs(pages: readonly Buffer[]): Buffer {
  if (pages.length === 1) return pages[0];
  const padded = pages.map((page) => Buffer.concat([page, Buffer.alloc(page.length % 2)]));
  const whole = padded.reduce((sum, page) => sum + page.length, 0);
  if (whole > LONGEST)
    throw new Error(
      `its pages have ${whole} bytes together, more than the 4 GB that a TIFF can hold; save them as several files`,
    );
  let base = 0;
  const nexts: number[] = [];
  const firsts: number[] = [];
  for (const page of padded) {
    const file = new TiffBytes(page);
    firsts.push(base + file.long(4));
    nexts.push(base + moveTiff(file, base));
    base += page.length;
  }
  const joined = new TiffBytes(Buffer.concat(padded));
  for (let i = 1; i < firsts.length; i++) joined.setLong(nexts[i - 1], firsts[i]);
  return joined.bytes;
}

/** Adds to all positions in a TIFF of one page, and returns where the position of the next page stands. */
function moveTiff(file: TiffBytes, base: number): number {
  const { fields, nextAt } = file.directories()[0];
  for (const field of fields.values()) {
    if (field.tag === tags.strips)
      for (let i = 0; i < field.count; i++) file.setLong(field.at + 4 * i, file.long(field.at + 4 * i) + base);
    if (field.at !== field.entry + 8) file.setLong(field.entry + 8, field.at + base);
  }
  return nextAt;
}
