import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import sharp from 'sharp';
import { DatasetError, ImageFileError, OptionError, WriteError } from '../errors';
import { decodeBmp, encodeBmp } from './bmp';
import type { Image } from './image';

const readableKinds = ['.png', '.jpg', '.jpeg', '.bmp', '.webp', '.tif', '.tiff'];

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * An 8-bit grey or RGB image from PNG, JPEG, BMP, WebP or TIFF: palettes resolved, the upper 8 of 16 bits, turned upright
 * as its EXIF says, alpha apart. An ImageFileError names a file that is missing, cut short or no image.
 */
export async function readImage(file: string): Promise<Image> {
  try {
    const bytes = await readFile(file);
    if (bytes.length === 0) throw new Error('it is empty');
    return bytes.toString('latin1', 0, 2) === 'BM' ? decodeBmp(bytes) : await decodeWithSharp(bytes);
  } catch (error) {
    throw new ImageFileError(`cannot read the image ${file}: ${messageOf(error)}; replace or remove it`, { cause: error });
  }
}

/** Any warning of the decoder is an error; colour profiles are ignored, as Pillow and MATLAB do: the stored numbers count. */
const strict = { failOn: 'warning', ignoreIcc: true } as const;

async function decodeWithSharp(bytes: Buffer): Promise<Image> {
  const picture = sharp(bytes, strict);
  const { format, space, depth, hasAlpha } = await picture.metadata();
  if (!['png', 'jpeg', 'webp', 'tiff'].includes(format)) throw new Error(`it is of the kind ${format}, which the lab does not read`);
  if (depth !== 'uchar' && depth !== 'ushort') throw new Error(`its samples are of the kind ${depth}, not 8 or 16 bits`);
  const wide = depth === 'ushort';
  const grey = space === 'b-w' || space === 'grey16';
  // sharp drops the alpha channel of raw grey pictures, so these pass through RGB and lose two equal channels again
  const asGrey = grey && !hasAlpha;
  const colorspace = wide ? (asGrey ? 'grey16' : 'rgb16') : asGrey ? 'b-w' : 'srgb';
  const converted = picture.autoOrient().toColorspace(colorspace).raw({ depth });
  const { data, info } = await converted.toBuffer({ resolveWithObject: true });
  return separate(wide ? upperBytes(data) : data, info, grey ? 1 : 3);
}

/** Raw 16-bit samples come in this machine's byte order, little-endian wherever Node runs today. */
function upperBytes(samples: Buffer): Uint8Array {
  const bytes = new Uint8Array(samples.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = samples[2 * i + 1];
  return bytes;
}

type Stored = { width: number; height: number; channels: number };

function separate(samples: Uint8Array, { width, height, channels: stored }: Stored, channels: 1 | 3): Image {
  if (stored === channels) return { data: new Uint8Array(samples), width, height, channels };
  const data = new Uint8Array(width * height * channels);
  const alpha = new Uint8Array(width * height);
  for (let i = 0; i < alpha.length; i++) {
    for (let k = 0; k < channels; k++) data[i * channels + k] = samples[i * stored + k];
    alpha[i] = samples[(i + 1) * stored - 1];
  }
  return { data, width, height, channels, alpha };
}

/**
 * Writes PNG, JPEG (quality 95), lossless WebP, TIFF or BMP, as the extension says, first beside the target and then renamed,
 * so that no half-written file is ever seen. Another extension is an OptionError, a failed write a WriteError.
 */
export async function writeImage(file: string, image: Image): Promise<void> {
  const bytes = await encode(file, image);
  const temporary = `${file}.${randomUUID()}.part`;
  try {
    await writeFile(temporary, bytes);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new WriteError(`cannot write the image ${file}: ${messageOf(error)}; is there room, and is the folder writable?`, { cause: error });
  }
}

async function encode(file: string, image: Image): Promise<Buffer> {
  const kind = extname(file).toLowerCase();
  if (!readableKinds.includes(kind)) throw new OptionError(`cannot write ${file}: use one of ${readableKinds.join(', ')}`);
  if (kind === '.bmp') return encodeBmp(image);
  const { width, height, channels } = image;
  const withAlpha = image.alpha !== undefined && !kind.startsWith('.jp');
  const raw = { width, height, channels: (channels + (withAlpha ? 1 : 0)) as 1 | 2 | 3 | 4 };
  const samples = withAlpha ? joinAlpha(image, image.alpha!) : image.data;
  const picture = sharp(samples, { raw }).toColorspace(channels === 1 ? 'b-w' : 'srgb');
  if (kind === '.png') return picture.png().toBuffer();
  if (kind === '.webp') return picture.webp({ lossless: true, exact: true }).toBuffer();
  if (kind.startsWith('.tif')) return picture.tiff({ compression: 'lzw' }).toBuffer();
  return picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
}

function joinAlpha({ data, channels }: Image, alpha: Uint8Array): Uint8Array {
  const joined = new Uint8Array(data.length + alpha.length);
  for (let i = 0; i < alpha.length; i++) {
    joined.set(data.subarray(i * channels, (i + 1) * channels), i * (channels + 1));
    joined[i * (channels + 1) + channels] = alpha[i];
  }
  return joined;
}

/** The paths of the images directly in a folder, sorted; a DatasetError when the folder is missing or has none. */
export async function imageFiles(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw new DatasetError(`cannot read the folder ${folder}: ${messageOf(error)}`, { cause: error });
  }
  const files = names.filter((name) => readableKinds.includes(extname(name).toLowerCase()) && !name.startsWith('.'));
  if (files.length === 0) throw new DatasetError(`no image in ${folder}: put ${readableKinds.join(', ')} files there`);
  return files.sort().map((name) => join(folder, name));
}
