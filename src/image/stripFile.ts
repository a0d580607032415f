import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { findTarget } from '../disk/target';
import { forgetTemporary, rememberTemporary } from '../disk/temporaries';
import { writeTarget } from '../disk/writeAtomically';
import { whyNotWritten } from '../disk/whyNotWritten';
import { WriteError } from '../errors';
import { joinAlpha, ofKind } from './encode';
import { checkWritable, kindOf } from './kinds';
import type { Resolution } from './metadata/resolution';
import { type Photograph, toEightBits } from './photograph';
import { setFileResolution } from './stripResolution';

/** A picture without its samples. */
export interface Shape {
  width: number;
  height: number;
  channels: 1 | 3;
  alpha: boolean;
  /** 8 or 16. */
  bits: 8 | 16;
  profile?: Buffer;
  resolution?: Resolution;
}

/** The bytes of all samples of a picture. */
export const bytesOf = ({ width, height, channels, alpha, bits }: Shape) =>
  width * height * (channels + Number(alpha)) * (bits / 8);

/**
 * Writes a picture that is too large for the memory as PNG, JPEG, WebP or TIFF, from strips that come from top to
 * bottom: first as uncompressed TIFF beside the target, which needs room for all samples, then from there in its kind.
 * Throws OptionError for other kinds or a picture that the kind does not hold, WriteError if it cannot be written;
 * errors of the strips are passed on.
 */
export async function writeStrips(file: string, shape: Shape, strips: AsyncIterable<Photograph>): Promise<void> {
  checkWritable(file, shape);
  const kind = kindOf(file)!;
  const wide = shape.bits === 16 && (kind === '.png' || kind === '.tif');
  const stored: Shape = { ...shape, bits: wide ? 16 : 8 };
  const folder = dirname((await findTarget(file)).path);
  const raw = join(folder, `.${randomUUID()}.part`);
  rememberTemporary(raw);
  const attempt = <T>(work: Promise<T>) => work.catch((error: Error) => fail(file, stored, error));
  try {
    const handle = await attempt(open(raw, 'w'));
    try {
      await attempt(handle.writeFile(tiffHeader(stored)));
      for await (const strip of strips) await attempt(handle.writeFile(samplesOf(wide ? strip : toEightBits(strip))));
    } finally {
      await handle.close();
    }
    await attempt(convert(raw, stored, file, kind));
  } finally {
    await rm(raw, { force: true }).catch(() => undefined);
    forgetTemporary(raw);
  }
}

function fail(file: string, shape: Shape, error: Error): never {
  throw new WriteError(
    `cannot write the image ${file}: ${whyNotWritten(error)}; is there room for ` +
      `${(2e-9 * bytesOf(shape)).toFixed(1)} GB while it is written, and is the folder writable?`,
    { cause: error },
  );
}

/** Compresses the uncompressed TIFF, which the decoder reads from top to bottom without holding all of it. */
async function convert(raw: string, shape: Shape, file: string, kind: string): Promise<void> {
  const wide = shape.bits === 16;
  const colorspace = shape.channels === 1 ? (wide ? 'grey16' : 'b-w') : wide ? 'rgb16' : 'srgb';
  const options = { limitInputPixels: false, unlimited: true, sequentialRead: true };
  const picture = sharp(raw, options).keepIccProfile().toColorspace(colorspace);
  // Compression may enlarge noise, and above 4 GB only BigTIFF holds it.
  await writeTarget(file, async (target) => {
    await ofKind(picture, kind, { large: bytesOf(shape) > 2 ** 31 }).toFile(target);
    await setFileResolution(target, kind, shape.resolution);
  });
}

function samplesOf(strip: Photograph): Uint8Array {
  const { buffer, byteOffset, byteLength } = strip.alpha ? joinAlpha(strip.data, strip.alpha) : strip.data;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Rows that the decoder reads at once. */
const STRIP_ROWS = 16;
// Types of a TIFF's fields.
const SHORT = 3,
  LONG = 4,
  UNDEFINED = 7,
  LONG8 = 16;

/**
 * All of an uncompressed BigTIFF (libtiff's specification of it) but the samples, which follow it in this machine's
 * byte order.
 */
function tiffHeader(shape: Shape): Buffer {
  const { width, height, channels, alpha, bits, profile } = shape;
  const samples = channels + Number(alpha);
  const strips = Math.ceil(height / STRIP_ROWS);
  const rowBytes = width * samples * (bits / 8);
  const places = (begin: number) => Array.from({ length: strips }, (_, i) => begin + i * STRIP_ROWS * rowBytes);
  const counts = Array.from({ length: strips }, (_, i) => rowBytes * Math.min(STRIP_ROWS, height - i * STRIP_ROWS));
  const fields = (begin: number): Field[] => [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, new Array<number>(samples).fill(bits)],
    [259, SHORT, [1]],
    [262, SHORT, [channels === 1 ? 1 : 2]],
    [273, LONG8, places(begin)],
    [277, SHORT, [samples]],
    [278, LONG, [STRIP_ROWS]],
    [279, LONG8, counts],
    ...(alpha ? [[338, SHORT, [2]] satisfies Field] : []),
    ...(profile ? [[34675, UNDEFINED, profile] satisfies Field] : []),
  ];
  return assemble(fields(assemble(fields(0)).length));
}

type Field = [tag: number, type: number, values: ArrayLike<number>];

/** The header, the list of the fields, and after it the values that are longer than 8 bytes. */
function assemble(fields: Field[]): Buffer {
  const list = Buffer.alloc(16 + 8 + 20 * fields.length + 8);
  const little = endianness() === 'LE';
  const view = new DataView(list.buffer, list.byteOffset, list.length);
  list.write(little ? 'II' : 'MM', 'latin1');
  view.setUint16(2, 43, little);
  view.setUint16(4, 8, little);
  view.setBigUint64(8, 16n, little);
  view.setBigUint64(16, BigInt(fields.length), little);
  const tail: Buffer[] = [];
  let end = list.length;
  fields.forEach(([tag, type, values], i) => {
    const at = 24 + 20 * i;
    const bytes = bytesOfField(type, values);
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, type, little);
    view.setBigUint64(at + 4, BigInt(values.length), little);
    if (bytes.length <= 8) return void bytes.copy(list, at + 12);
    view.setBigUint64(at + 12, BigInt(end), little);
    tail.push(bytes, Buffer.alloc(bytes.length % 2));
    end += bytes.length + (bytes.length % 2);
  });
  return Buffer.concat([list, ...tail]);
}

function bytesOfField(type: number, values: ArrayLike<number>): Buffer {
  const array =
    type === LONG8
      ? BigUint64Array.from(Array.from(values, BigInt))
      : new { [SHORT]: Uint16Array, [LONG]: Uint32Array, [UNDEFINED]: Uint8Array }[type as 3 | 4 | 7](values);
  return Buffer.from(array.buffer);
}
