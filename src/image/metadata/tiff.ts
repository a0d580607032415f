/** A field of a TIFF directory: `at` is where its values begin. */
export interface Field {
  tag: number;
  type: number;
  count: number;
  at: number;
  /** Where the field itself stands in its directory. */
  entry: number;
}

/** One directory, which describes one page. `nextAt` is where the position of the next directory stands. */
export interface Directory {
  fields: Map<number, Field>;
  nextAt: number;
}

export const tags = {
  subfile: 254,
  compression: 259,
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
  inner: 330,
  depth: 32997,
  exifWidth: 0xa002,
  exifHeight: 0xa003,
} as const;

/** Bytes of a value, by the number of its type; 0 for numbers that mean no type. */
const bytesOf = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
const SHORT = 3,
  LONG = 4,
  RATIONAL = 5,
  /** A position in 4 bytes. */
  IFD = 13,
  LONG8 = 16;

/** The bytes that `count` values of a type take; 0 for an unknown type. */
export const bytesOfValues = (type: number, count: number): number => count * (bytesOf[type] ?? 0);

/** TIFF and BigTIFF of either byte order, or a block of EXIF, which is a TIFF. */
export class TiffBytes {
  private readonly isTiff: boolean;
  /** Whether positions have 8 bytes (BigTIFF) and not 4. */
  private readonly isBig: boolean;

  /** The byte order is what the first two bytes say, unless it is given: a part of a file does not say it. */
  constructor(
    readonly bytes: Buffer,
    readonly littleEndian = bytes.toString('latin1', 0, 2) === 'II',
  ) {
    this.isTiff = bytes.length >= 8 && ['II', 'MM'].includes(bytes.toString('latin1', 0, 2));
    this.isBig = this.isTiff && bytes.length >= 16 && this.short(2) === 43;
  }

  short(at: number): number {
    return this.littleEndian ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  long(at: number): number {
    return this.littleEndian ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  private long8(at: number): number {
    return Number(this.littleEndian ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at));
  }

  /** A position or a count of values. */
  private position(at: number): number {
    return this.isBig ? this.long8(at) : this.long(at);
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
    if (!this.isTiff || (!this.isBig && this.short(2) !== 42)) return [];
    const found: Directory[] = [];
    const seen = new Set<number>();
    for (let at = this.position(this.isBig ? 8 : 4); at !== 0 && !seen.has(at);) {
      seen.add(at);
      const directory = this.directory(at);
      if (!directory) break;
      found.push(directory);
      at = this.position(directory.nextAt);
    }
    return found;
  }

  /** The directory at a position, if it lies within the file. */
  directory(at: number): Directory | undefined {
    const [head, step, inline] = this.isBig ? [8, 20, 8] : [2, 12, 4];
    if (at < 8 || at + head > this.bytes.length) return undefined;
    const count = this.isBig ? this.long8(at) : this.short(at);
    const nextAt = at + head + step * count;
    if (nextAt + inline > this.bytes.length) return undefined;
    const fields = new Map<number, Field>();
    for (let entry = at + head; entry < nextAt; entry += step) {
      const [tag, type, length] = [this.short(entry), this.short(entry + 2), this.position(entry + 4)];
      const size = bytesOfValues(type, length);
      const place = entry + step - inline;
      const values = size > inline ? this.position(place) : place;
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
      if (field.type === LONG || field.type === IFD) return this.long(at);
      if (field.type === RATIONAL) return this.long(at) / this.long(at + 4);
      if (field.type >= LONG8) return this.long8(at);
      return this.bytes[at];
    });
  }

  /** Puts a whole number in the place of a field's first value. */
  set(field: Field | undefined, value: number): void {
    if (field?.type === SHORT && value < 65536) this.setShort(field.at, value);
    else if (field?.type === LONG) this.setLong(field.at, value);
  }

  /** Puts a number in the place of a field's first value, in thousandths. */
  setRational(field: Field | undefined, value: number): void {
    if (field?.type !== RATIONAL) return;
    this.setLong(field.at, Math.round(value * 1000));
    this.setLong(field.at + 4, 1000);
  }
}
