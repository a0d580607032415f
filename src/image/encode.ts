import sharp, { type Sharp } from 'sharp';
import { encodeBmp } from './bmp';
import { embedProfile } from './colorProfile';
import type { Image } from './image';
import { adaptExif, exifOfResolution } from './metadata/exif';
import { describeJpeg, LONGEST_EXIF } from './metadata/jpeg';
import { type Chunk, keywordOf, withChunks } from './metadata/png';
import { colorChunks, profileOfChunks } from './metadata/pngColors';
import { perMetre, type Resolution } from './metadata/resolution';
import { joinTiffs, setTiffResolution } from './metadata/tiffPages';
import { withExif } from './metadata/tiffExif';
import { describeWebp } from './metadata/webp';
import { LONGEST_XMP } from './metadata/xmp';
import { type Photograph, type Samples, samplesLike, toEightBits } from './photograph';
import { type Color, isTransparent, layOn } from './transparency';

export interface EncodeOptions {
  /** The colour behind transparent parts where the kind of file has no alpha. */
  background: Color;
  /** Called with a sentence about what the kind of file cannot hold. */
  onNote: (note: string) => void;
}

const isTiff = (kind: string) => kind.startsWith('.tif');
const isJpeg = (kind: string) => kind.startsWith('.jp');

/**
 * The bytes of a file of a kind ('.png', ...): 16 bits go into PNG and TIFF, alpha into all but JPEG and BMP, a colour
 * profile into all but BMP, for which the colours are converted to sRGB, EXIF and XMP into all but BMP.
 */
export async function encode(kind: string, given: Photograph, options: EncodeOptions): Promise<Buffer> {
  const image = suited(kind, given, options);
  const { profile } = image;
  if (isTiff(kind)) {
    const tiffs: Buffer[] = [];
    for (const page of [image, ...(image.pages ?? [])]) {
      const tiff = await pixelsAs(kind, { ...page, profile: profileFor(kind, page) });
      setTiffResolution(tiff, page.resolution);
      tiffs.push(tiff);
    }
    const joined = joinTiffs(tiffs);
    return image.exif ? withExif(joined, adaptExif(image.exif, image)) : joined;
  }
  if (kind === '.bmp')
    return encodeBmp({
      ...(profile ? await inStandardColors(image, profile) : (image as Image)),
      resolution: image.resolution,
    });
  const exif = image.exif && adaptExif(image.exif, image);
  if (kind === '.webp') {
    const animated = image.pages !== undefined;
    const webp = animated ? await animatedWebp(image) : await pixelsAs(kind, { ...image, profile: undefined });
    const block = exif ?? (image.resolution && exifOfResolution(image.resolution));
    return describeWebp(webp, { ...image, exif: block });
  }
  const bytes = await pixelsAs(kind, image);
  return isJpeg(kind) ? describeJpeg(bytes, image.resolution, exif) : describePng(bytes, image, exif);
}

/** The photograph as far as this kind of file can hold it; `onNote` is called with what it cannot hold. */
export function suited(kind: string, given: Photograph, { background, onNote }: EncodeOptions): Photograph {
  const wide = kind === '.png' || isTiff(kind);
  if (!wide && given.data instanceof Uint16Array) onNote(`16 bits become 8: ${kind} holds no more`);
  let image = wide ? given : toEightBits(given);
  if (image.alpha && (isJpeg(kind) || kind === '.bmp')) {
    if (isTransparent(image)) onNote(`transparent parts are laid on ${nameOf(background)}: ${kind} has no alpha`);
    image = layOn(image, background);
  }
  if (image.exif && (kind === '.bmp' || (isJpeg(kind) && image.exif.length > LONGEST_EXIF))) {
    const why = kind === '.bmp' ? 'BMP has no place for it' : 'it is too long for a JPEG';
    onNote(`the EXIF (date, place) is left out: ${why}`);
    image = { ...image, exif: undefined };
  }
  if (image.xmp && (kind === '.bmp' || (isJpeg(kind) && Buffer.byteLength(image.xmp) > LONGEST_XMP))) {
    onNote(`the XMP is left out: ${kind === '.bmp' ? 'BMP has no place for it' : 'it is too long for a JPEG'}`);
    image = { ...image, xmp: undefined };
  }
  if (image.texts && kind !== '.png') {
    const about = [...new Set(image.texts.map(keywordOf))].slice(0, 3).join(', ');
    onNote(`the texts of the PNG (${about}) are left out: ${kind} has no place for them`);
    image = { ...image, texts: undefined };
  }
  return { ...image, profile: profileFor(kind, image) };
}

const nameOf = (color: Color) =>
  color.every((value) => value === 255) ? 'white' : `#${Buffer.from(color).toString('hex')}`;

/** A PNG keeps the chunks by which it says its colours; another file gets a profile that says the same. */
export function profileFor(kind: string, { colors, profile, channels }: Photograph): Buffer | undefined {
  if (!colors || kind === '.png' || (profile && !colors.some(({ type }) => type === 'cICP'))) return profile;
  const made = profileOfChunks(colors, channels);
  return Buffer.isBuffer(made) ? made : undefined;
}

/** Whether only a PNG can describe the picture's colours, such as those of HDR. */
export const needsPng = ({ colors, channels }: Pick<Photograph, 'colors' | 'channels'>): boolean =>
  colors !== undefined && profileOfChunks(colors, channels) === 'unknown';

function describePng(
  png: Buffer,
  { colors = [], texts = [], resolution }: Photograph,
  exif: Buffer | undefined,
): Buffer {
  const chunks: Chunk[] = [...colors, ...texts];
  if (resolution) chunks.push({ type: 'pHYs', data: physical(resolution) });
  if (exif) chunks.push({ type: 'eXIf', data: exif });
  return withChunks(png, chunks, ['pHYs', 'eXIf', ...colorChunks]);
}

function physical({ x, y }: Resolution): Buffer {
  const data = Buffer.alloc(9, 1);
  data.writeUInt32BE(perMetre(x), 0);
  data.writeUInt32BE(perMetre(y), 4);
  return data;
}

function raw({ data, alpha, width, height }: Photograph) {
  const samples = alpha ? joinAlpha(data, alpha) : data;
  return { samples, raw: { width, height, channels: (samples.length / (width * height)) as 1 | 2 | 3 | 4 } };
}

const colorspaceOf = ({ data, channels }: Photograph) =>
  data instanceof Uint16Array ? (channels === 1 ? 'grey16' : 'rgb16') : channels === 1 ? 'b-w' : 'srgb';

const described = (picture: Sharp, { xmp }: Photograph) => (xmp ? picture.withXmp(xmp) : picture);

/** One page, with its profile and XMP, and without other metadata. */
async function pixelsAs(kind: string, image: Photograph): Promise<Buffer> {
  const { samples, raw: shape } = raw(image);
  const colorspace = colorspaceOf(image);
  let picture = sharp(samples, { raw: shape, limitInputPixels: false }).toColorspace(colorspace);
  if (image.profile) {
    // sharp attaches a profile unchanged only if it came with the input; otherwise it would convert the colours to it.
    const compressionLevel = kind === '.png' ? 6 : 0;
    const first = kind === '.png' ? described(picture, image) : picture;
    const png = embedProfile(await first.png({ compressionLevel }).toBuffer(), image.profile);
    if (kind === '.png') return png;
    picture = sharp(png, { limitInputPixels: false, unlimited: true }).keepIccProfile().toColorspace(colorspace);
  }
  return ofKind(described(picture, image), kind).toBuffer();
}

/** Says how a kind is written. */
export function ofKind(picture: Sharp, kind: string, { large = false } = {}): Sharp {
  if (kind === '.png') return picture.png();
  if (kind === '.webp') return picture.webp({ lossless: true, exact: true });
  if (isTiff(kind)) return picture.tiff({ compression: 'lzw', bigtiff: large });
  return picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' });
}

/** The encoder gets all frames below each other, and the height of one frame. */
async function animatedWebp(image: Photograph): Promise<Buffer> {
  const frames = [image, ...(image.pages ?? [])];
  const transparent = frames.some(({ alpha }) => alpha);
  const opaque = ({ width, height }: Photograph) => new Uint8Array(width * height).fill(255);
  const parts = frames.map((frame) => raw(transparent ? { ...frame, alpha: frame.alpha ?? opaque(frame) } : frame));
  const samples = Buffer.concat(parts.map((part) => part.samples as Uint8Array));
  const { width, height } = image;
  const shape = { ...parts[0].raw, width, height: height * frames.length, pageHeight: height };
  return described(sharp(samples, { raw: shape, limitInputPixels: false }), image)
    .webp({ lossless: true, exact: true, delay: image.animation?.delays, loop: image.animation?.loop ?? 0 })
    .toBuffer();
}

async function inStandardColors(image: Photograph, profile: Buffer): Promise<Image> {
  const { samples, raw: shape } = raw(image);
  const plain = sharp(samples, { raw: shape, limitInputPixels: false }).toColorspace(colorspaceOf(image));
  const png = embedProfile(await plain.png({ compressionLevel: 0 }).toBuffer(), profile);
  const { data, info } = await sharp(png, { limitInputPixels: false, unlimited: true })
    .removeAlpha()
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height, channels: 3 };
}

export function joinAlpha(data: Samples, alpha: Samples): Samples {
  const channels = data.length / alpha.length;
  const joined = samplesLike(data, data.length + alpha.length);
  for (let i = 0; i < alpha.length; i++) {
    for (let k = 0; k < channels; k++) joined[i * (channels + 1) + k] = data[i * channels + k];
    joined[i * (channels + 1) + channels] = alpha[i];
  }
  return joined;
}
