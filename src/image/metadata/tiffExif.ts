import { bytesOfValues, type Directory, type Field, tags, TiffBytes } from './tiff';

/** A field with its values in the byte order of the file that it is for. */
interface Value {
  tag: number;
  type: number;
  count: number;
  bytes: Buffer;
}

/**
 * What a TIFF says of a picture in the directory of the page itself, and EXIF in its first one: caption, maker and
 * model of the camera, program, date, artist, computer, rights. All other fields describe how the samples are stored.
 */
const DESCRIPTIONS = [270, 271, 272, 305, 306, 315, 316, 33432];
const CAPTION = 270;
/** Captions in which programs say how they have stored the samples: those are wrong for another file. */
const ABOUT_STORAGE = /^(\{"shape"|<\?xml|<OME|ImageJ=)/;
/** Notes of the camera's maker contain positions that hold in their own file only; 0xa005 leads to file names of it. */
const BOUND = [0x927c, 0xa005];
const LONG = 4;
/** Bytes of the numbers that a value of each type is made of. */
const wordsOf = [0, 1, 1, 2, 4, 4, 1, 1, 2, 4, 4, 4, 8, 4];

/** The fields of a directory in another byte order, without those that hold in their file only. */
function valuesOf(file: TiffBytes, fields: Iterable<Field>, littleEndian: boolean): Value[] {
  return [...fields]
    .filter(({ tag, type }) => !BOUND.includes(tag) && wordsOf[type])
    .map(({ tag, type, count, at }) => {
      const bytes = Buffer.from(file.bytes.subarray(at, at + bytesOfValues(type, count)));
      const word = wordsOf[type];
      if (file.littleEndian !== littleEndian && word > 1)
        for (let from = 0; from < bytes.length; from += word) bytes.subarray(from, from + word).reverse();
      return { tag, type, count, bytes };
    });
}

/** The fields that describe the picture, and the directories of EXIF (camera, date) and of the place. */
interface Description {
  main: Value[];
  inner: { tag: number; values: Value[] }[];
}

function describe(file: TiffBytes, { fields }: Directory, littleEndian: boolean): Description {
  const isCaption = (field: Field) =>
    field.tag !== CAPTION || !ABOUT_STORAGE.test(file.bytes.toString('latin1', field.at, field.at + 10));
  const main = [...fields.values()].filter((field) => DESCRIPTIONS.includes(field.tag) && isCaption(field));
  const inner = [tags.exif, tags.place].flatMap((tag) => {
    const [at] = file.values(fields.get(tag));
    const directory = at ? file.directory(at) : undefined;
    return directory ? [{ tag, values: valuesOf(file, directory.fields.values(), littleEndian) }] : [];
  });
  return { main: valuesOf(file, main, littleEndian), inner };
}

/** Directories one after the other from `base` on, the last one that of the page; `at` is where that one begins. */
function lay({ main, inner }: Description, base: number, littleEndian: boolean, next = 0) {
  const parts: Buffer[] = [];
  let end = base;
  const add = (values: Value[], following: number) => {
    const at = end;
    const part = directoryBytes(values, at, littleEndian, following);
    parts.push(part);
    end += part.length;
    return at;
  };
  const links = inner.map(({ tag, values }) => link(tag, add(values, 0), littleEndian));
  const at = add([...main, ...links], next);
  return { bytes: Buffer.concat(parts), at };
}

function link(tag: number, at: number, littleEndian: boolean): Value {
  const value = new TiffBytes(Buffer.alloc(4), littleEndian);
  value.setLong(0, at);
  return { tag, type: LONG, count: 1, bytes: value.bytes };
}

/** A directory whose fields stand in the order of their tags, and after it the values of more than 4 bytes. */
function directoryBytes(values: Value[], base: number, littleEndian: boolean, next: number): Buffer {
  const file = new TiffBytes(Buffer.alloc(2 + 12 * values.length + 4), littleEndian);
  file.setShort(0, values.length);
  const tail: Buffer[] = [];
  let end = base + file.bytes.length;
  const sorted = [...values].sort((a, b) => a.tag - b.tag);
  for (const [i, { tag, type, count, bytes }] of sorted.entries()) {
    const at = 2 + 12 * i;
    file.setShort(at, tag);
    file.setShort(at + 2, type);
    file.setLong(at + 4, count);
    if (bytes.length <= 4) bytes.copy(file.bytes, at + 8);
    else {
      file.setLong(at + 8, end);
      const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
      tail.push(padded);
      end += padded.length;
    }
  }
  file.setLong(2 + 12 * values.length, next);
  return Buffer.concat([file.bytes, ...tail]);
}

/** The EXIF of a TIFF's first page as a block for other kinds of files; undefined where it says nothing of the kind. */
export function exifOfTiff(file: TiffBytes, directory: Directory): Buffer | undefined {
  const description = describe(file, directory, file.littleEndian);
  if (description.main.length + description.inner.length === 0) return undefined;
  const head = Buffer.from(file.littleEndian ? 'II*\0\0\0\0\0' : 'MM\0*\0\0\0\0', 'latin1');
  const { bytes, at } = lay(description, head.length, file.littleEndian);
  const block = new TiffBytes(Buffer.concat([head, bytes]));
  block.setLong(4, at);
  return block.bytes;
}

/** The TIFF with a block of EXIF in its first page, whose directory moves to the end of the file. */
export function withExif(tiff: Buffer, exif: Buffer): Buffer {
  const file = new TiffBytes(Buffer.from(tiff));
  const block = new TiffBytes(exif);
  const [page] = file.directories();
  const [described] = block.directories();
  if (!page || !described) return tiff;
  const { main, inner } = describe(block, described, file.littleEndian);
  const base = file.bytes.length + (file.bytes.length % 2);
  // The fields of the page keep their values where they are; those that describe the picture are all the block's.
  const own = [...page.fields.values()]
    .filter(({ tag }) => !DESCRIPTIONS.includes(tag))
    .map(({ tag, type, count, entry }) => ({
      tag,
      type,
      count,
      bytes: Buffer.from(file.bytes.subarray(entry + 8, entry + 12)),
    }));
  const { bytes, at } = lay({ main: [...own, ...main], inner }, base, file.littleEndian, file.long(page.nextAt));
  file.setLong(4, at);
  return Buffer.concat([file.bytes, Buffer.alloc(file.bytes.length % 2), bytes]);
}
