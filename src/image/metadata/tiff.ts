/** A field of a TIFF directory: `at` is where its values begin. */
export interface Field {
  tag: number;
  type: number;
  count: number;
  at: number;
  /** Where the 12 bytes of the field stand. */
  entry: number;
}

/** One directory, which describes one page. `nextAt` is where the position of the next directory stands. */
export interface Directory {
  fields: Map<number, Field>;
  nextAt: number;
}

export const tags = {
  subfile: 254,
  photometric: 262,
  strips: 273,
  orientation: 274,
  samplesPerPixel: 277,
  xResolution: 282,
  yResolution: 283,
  resolutionUnit: 296,
  extraSamples: 338,
  exif: 34665,
  place: 34853,
  exifWidth: 0xa002,
  exifHeight: 0xa003,
} as const;

const bytesOf = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
const SHORT = 3,
  LONG = 4,
  RATIONAL = 5;

/** A TIFF of either byte order, or a block of EXIF, which is one; BigTIFF has no directories here. */
export class TiffBytes {
  readonly littleEndian: boolean;

  constructor(readonly bytes: Buffer) {
    this.littleEndian = bytes.toString('latin1', 0, 2) === 'II';
  }

  short(at: number): number {
    return this.littleEndian ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  long(at: number): number {
    return this.littleEndian ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  setShort(at: number, value: number): void {
    if (this.littleEndian) this.bytes.writeUInt16LE(value, at);
    else this.bytes.writeUInt16BE(value, at);
  }

  setLong(at: number, value: number): void {
    if (this.littleEndian) this.bytes.writeUInt32LE(value, at);
    else this.bytes.writeUInt32BE(value, at);
  }

  /** The directories of the pages, in order; a damaged one ends the list. */
  directories(): Directory[] {
    const { bytes } = this;
    if (bytes.length < 8 || !['II', 'MM'].includes(bytes.toString('latin1', 0, 2)) || this.short(2) !== 42) return [];
    const found: Directory[] = [];
    const seen = new Set<number>();
    for (let at = this.long(4); at !== 0 && !seen.has(at);) {
      seen.add(at);
      const directory = this.directory(at);
      if (!directory) break;
      found.push(directory);
      at = this.long(directory.nextAt);
    }
    return found;
  }

  /** The directory at a position, if it lies within the file. */
  directory(at: number): Directory | undefined {
    if (at < 8 || at + 6 > this.bytes.length) return undefined;
    const count = this.short(at);
    const nextAt = at + 2 + 12 * count;
    if (nextAt + 4 > this.bytes.length) return undefined;
    const fields = new Map<number, Field>();
    for (let entry = at + 2; entry < nextAt; entry += 12) {
      const [tag, type, length] = [this.short(entry), this.short(entry + 2), this.long(entry + 4)];
      const size = length * (bytesOf[type] ?? 0);
      const values = size > 4 ? this.long(entry + 8) : entry + 8;
      if (size > 0 && values + size <= this.bytes.length)
        fields.set(tag, { tag, type, count: length, at: values, entry });
    }
    return { fields, nextAt };
  }

  /** The first 1,000 values of a field of whole or rational numbers; empty where it is missing. */
  values(field: Field | undefined): number[] {
    if (!field) return [];
    const step = bytesOf[field.type];
    return Array.from({ length: Math.min(field.count, 1000) }, (_, i) => {
      const at = field.at + i * step;
      if (field.type === SHORT) return this.short(at);
      if (field.type === LONG) return this.long(at);
      if (field.type === RATIONAL) return this.long(at) / this.long(at + 4);
      return this.bytes[at];
    });
  }

  /** Puts a whole number in the place of a field's first value. */
  set(field: Field | undefined, value: number): void {
    if (field?.type === SHORT && value < 65536) this.setShort(field.at, value);
    else if (field?.type === LONG) this.setLong(field.at, value);
  }
}
