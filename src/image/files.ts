import { writeFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { readInput } from '../disk/readInput';
import { isStandardOutput, writeStandardOutput } from '../disk/standardStreams';
import { writeTarget } from '../disk/writeAtomically';
import { ImageFileError, WriteError } from '../errors';
import { decodeBmp, encodeBmp } from './bmp';
import { embedProfile } from './colorProfile';
import type { Image } from './image';
import { checkWritable, kindOf } from './kinds';
import { type Photograph, type Samples, samplesLike, toEightBits } from './photograph';

/** The first line: a decoder repeats itself. */
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).split('\n')[0];

/**
 * An 8-bit grey or RGB image from PNG, JPEG, BMP, WebP or TIFF: palettes resolved, the upper 8 of 16 bits, turned upright
 * as its EXIF says, alpha apart. An ImageFileError names a file that is missing, cut short or no image.
 */
export async function readImage(file: string): Promise<Image> {
  const { data, alpha, width, height, channels } = await readPhotograph(file, { ignoreProfiles: true });
  const image: Image = { data: upperBytes(data), width, height, channels };
  return alpha ? { ...image, alpha: upperBytes(alpha) } : image;
}

const upperBytes = (samples: Samples): Uint8Array =>
  samples instanceof Uint16Array ? Uint8Array.from(samples, (value) => value >> 8) : samples;

/** readImage, with 16-bit samples and a colour profile kept as they are; CMYK becomes RGB through its profile. */
export async function readPhotograph(file: string, { ignoreProfiles = false } = {}): Promise<Photograph> {
  try {
    const bytes = await readInput(file);
    return bytes.toString('latin1', 0, 2) === 'BM' ? decodeBmp(bytes) : await decodeWithSharp(bytes, ignoreProfiles);
  } catch (error) {
    throw new ImageFileError(`cannot read the image ${file}: ${messageOf(error)}; replace or remove it`, {
      cause: error,
    });
  }
}

/** Any warning of the decoder is an error; colour profiles are ignored, as Pillow and MATLAB do: the stored numbers count. */
const strict = { failOn: 'warning', ignoreIcc: true } as const;

async function decodeWithSharp(bytes: Buffer, ignoreProfiles: boolean): Promise<Photograph> {
  const { format, space, depth, hasAlpha, icc } = await sharp(bytes, strict).metadata();
  if (!['png', 'jpeg', 'webp', 'tiff'].includes(format))
    throw new Error(`it is of the kind ${format}, which the lab does not read`);
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new Error(`its samples are of the kind ${depth}, not 8 or 16 bits`);
  const picture = sharp(bytes, { ...strict, ignoreIcc: ignoreProfiles || space !== 'cmyk' });
  const wide = depth === 'ushort';
  const grey = space === 'b-w' || space === 'grey16';
  // sharp drops the alpha channel of raw grey pictures, so these pass through RGB and lose two equal channels again
  const asGrey = grey && !hasAlpha;
  const colorspace = wide ? (asGrey ? 'grey16' : 'rgb16') : asGrey ? 'b-w' : 'srgb';
  const { data, info } = await picture
    .autoOrient()
    .toColorspace(colorspace)
    .raw({ depth })
    .toBuffer({ resolveWithObject: true });
  const photograph = separate(wide ? wideSamples(data) : new Uint8Array(data), info, grey ? 1 : 3);
  const fits = icc?.toString('latin1', 16, 20) === (grey ? 'GRAY' : 'RGB ');
  return fits && !ignoreProfiles ? { ...photograph, profile: icc } : photograph;
}

/** Raw 16-bit samples come in this machine's byte order; copied, because a Buffer may begin at an odd address. */
function wideSamples(bytes: Buffer): Uint16Array {
  return new Uint16Array(new Uint8Array(bytes).buffer);
}

type Stored = { width: number; height: number; channels: number };

function separate(samples: Samples, { width, height, channels: stored }: Stored, channels: 1 | 3): Photograph {
  if (stored === channels) return { data: samples, width, height, channels };
  const data = samplesLike(samples, width * height * channels);
  const alpha = samplesLike(samples, width * height);
  for (let i = 0; i < alpha.length; i++) {
    for (let k = 0; k < channels; k++) data[i * channels + k] = samples[i * stored + k];
    alpha[i] = samples[(i + 1) * stored - 1];
  }
  return { data, width, height, channels, alpha };
}

/**
 * Writes PNG, JPEG (quality 95), lossless WebP, TIFF or BMP, as the extension says, first beside the target and then renamed,
 * so that no half-written file is ever seen. `-` and /dev/stdout are standard output, whose `kind` has to be given. A link is
 * followed. Another extension is an OptionError, a failed write a WriteError.
 */
export async function writeImage(file: string, image: Photograph, kind = kindOf(file)): Promise<void> {
  checkWritable(file, image, kind);
  try {
    const bytes = await encode(kind!, image);
    if (isStandardOutput(file)) await writeStandardOutput(bytes);
    else await writeTarget(file, (target) => writeFile(target, bytes));
  } catch (error) {
    throw new WriteError(
      `cannot write the image ${file}: ${messageOf(error)}; is there room, and is the folder writable?`,
      { cause: error },
    );
  }
}

/** 16 bits go into PNG and TIFF, a colour profile into all but BMP, for which the colours are converted to sRGB. */
async function encode(kind: string, given: Photograph): Promise<Buffer> {
  const isPng = kind === '.png',
    isJpeg = kind === '.jpg';
  const image = isPng || kind === '.tif' ? given : toEightBits(given);
  if (kind === '.bmp' && !image.profile) return encodeBmp(image as Image);
  const samples = image.alpha && !isJpeg ? joinAlpha(image, image.alpha) : image.data;
  const { width, height } = image;
  const raw = { width, height, channels: (samples.length / (width * height)) as 1 | 2 | 3 | 4 };
  const colorspace =
    image.data instanceof Uint16Array
      ? image.channels === 1
        ? 'grey16'
        : 'rgb16'
      : image.channels === 1
        ? 'b-w'
        : 'srgb';
  let picture = sharp(samples, { raw, limitInputPixels: false }).toColorspace(colorspace);
  if (image.profile) {
    // sharp attaches a profile as it is only where it came with the input; else it would convert to it.
    const png = embedProfile(await picture.png({ compressionLevel: isPng ? 6 : 0 }).toBuffer(), image.profile);
    if (isPng) return png;
    if (kind === '.bmp') return encodeBmp(await inStandardColors(png));
    picture = sharp(png, { limitInputPixels: false, unlimited: true }).keepIccProfile().toColorspace(colorspace);
  }
  return ofKind(picture, kind).toBuffer();
}

/** Says how a kind is written. */
export function ofKind(picture: Sharp, kind: string, { large = false } = {}): Sharp {
  if (kind === '.png') return picture.png();
  if (kind === '.webp') return picture.webp({ lossless: true, exact: true });
  if (kind === '.tif') return picture.tiff({ compression: 'lzw', bigtiff: large });
  return picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' });
}

async function inStandardColors(png: Buffer): Promise<Image> {
  const { data, info } = await sharp(png, { limitInputPixels: false, unlimited: true })
    .removeAlpha()
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height, channels: 3 };
}

/** Interleaves the alpha samples with the others. */
export function joinAlpha({ data, channels }: Photograph, alpha: Samples): Samples {
  const joined = samplesLike(data, data.length + alpha.length);
  for (let i = 0; i < alpha.length; i++) {
    for (let k = 0; k < channels; k++) joined[i * (channels + 1) + k] = data[i * channels + k];
    joined[i * (channels + 1) + channels] = alpha[i];
  }
  return joined;
}

export { imageFiles } from './folder';
export { checkWritable, isImageFile } from './kinds';
