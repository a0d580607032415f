import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { decodeBmp } from './bmp';
import { directoryResolution, exifResolution, plainExif } from './metadata/exif';
import { jfifResolution, leftInJpeg } from './metadata/jpeg';
import { exifOfTiff } from './metadata/tiffExif';
import { chunkTable, textChunks, textProfiles } from './metadata/png';
import { colorChunks } from './metadata/pngColors';
import { perInch, type Resolution, turned } from './metadata/resolution';
import { checkTiff } from './metadata/checkTiff';
import { type Directory, tags, TiffBytes } from './metadata/tiff';
import { type Photograph, type Samples, samplesLike } from './photograph';
import { hasIptc, uprightXmp } from './metadata/xmp';
import { checkPlausible } from './plausible';
import { tolerantly } from './tolerance';

export interface DecodeOptions {
  /** Whether colour profiles are ignored and the stored numbers count, as in Pillow and MATLAB. */
  ignoreProfiles: boolean;
  /** Called with a sentence about what was repaired, or is not taken over from the file. */
  onNote: (note: string) => void;
}

/** The picture in the bytes of a PNG, JPEG, BMP, WebP or TIFF. Throws an Error that says what is wrong. */
export async function decode(bytes: Buffer, options: DecodeOptions): Promise<Photograph> {
  if (bytes.length === 0) throw new Error('it is empty');
  if (bytes.toString('latin1', 0, 2) !== 'BM') return decodeWithSharp(bytes, options);
  const picture = decodeBmp(bytes, options.onNote);
  return 'embedded' in picture ? decodeWithSharp(picture.embedded, options) : picture;
}

/**
 * Colour profiles are ignored at first; metadata can be read even from a damaged file, whose pixels are refused later.
 */
const plain = { failOn: 'error', ignoreIcc: true } as const;

async function decodeWithSharp(bytes: Buffer, options: DecodeOptions): Promise<Photograph> {
  const described = await describe(bytes, 0);
  const { format, width, height } = described;
  if (!['png', 'jpeg', 'webp', 'tiff'].includes(format))
    throw new Error(`its format is ${format}, which the lab does not read; save it as PNG`);
  checkPlausible({ width, height }, bytes.length);
  const file = new TiffBytes(bytes);
  const directories = format === 'tiff' ? file.directories() : [];
  for (const directory of directories) checkTiff(file, directory);
  const chosen = pagesOf(described, file, directories, options.onNote);
  const pages: Photograph[] = [];
  for (const page of chosen) {
    const about = page === 0 ? described : await describe(bytes, page);
    pages.push(await decodePage(bytes, { page, about, file, directory: directories[page] }, options));
  }
  const [first, ...others] = pages;
  return {
    ...first,
    ...metadataOf({ file, directories, described }, options),
    ...(others.length ? { pages: others } : {}),
    ...(others.length && format === 'webp'
      ? { animation: { delays: described.delay ?? [], loop: described.loop ?? 0 } }
      : {}),
  };
}

/** What the file says of a page. The decoder's own message, which names its functions, stays as the error's cause. */
function describe(bytes: Buffer, page: number): Promise<Metadata> {
  return sharp(bytes, { ...plain, page })
    .metadata()
    .catch((cause: Error) => {
      const reason = /unsupported image format/.test(cause.message)
        ? 'it does not begin like a PNG, JPEG, WebP, TIFF or BMP file'
        : /pixel limit/.test(cause.message)
          ? 'it has more than 268 million pixels; cut it into parts'
          : 'its header is damaged, or of a kind that the lab does not read; save it as PNG';
      throw new Error(reason, { cause });
    });
}

/** A whole file; the list of directories is empty unless it is a TIFF. */
interface Whole {
  file: TiffBytes;
  directories: readonly Directory[];
  described: Metadata;
}

/** The numbers of the pages that are pictures of their own, and not another one's small preview. */
function pagesOf(
  { format, pages = 1 }: Metadata,
  file: TiffBytes,
  directories: readonly Directory[],
  onNote: DecodeOptions['onNote'],
): number[] {
  // An animation of one frame is a still picture.
  const frames = format === 'png' ? chunkTable(file.bytes).get('acTL') : undefined;
  if (frames && !(frames.length >= 4 && frames.readUInt32BE(0) === 1))
    throw new Error('it is an animation (APNG), of which only one frame could be read; save it as an animated WebP');
  const isPreview = (page: number) => {
    const [kind = 0] = file.values(directories[page]?.fields.get(tags.subfile));
    return page > 0 && (kind & 1) === 1;
  };
  const all = Array.from({ length: pages }, (_, page) => page);
  const chosen = all.filter((page) => !isPreview(page));
  if (chosen.length < pages) onNote('the small preview in the file is left out');
  return chosen;
}

interface Page {
  page: number;
  about: Metadata;
  file: TiffBytes;
  directory?: Directory;
}

async function decodePage(bytes: Buffer, place: Page, options: DecodeOptions): Promise<Photograph> {
  const { page, about } = place;
  const { format, space, depth, hasAlpha, orientation = 1 } = about;
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new Error(`its samples are of the type ${depth}, and the lab reads 8 and 16 bits; save it with one of these`);
  checkPlausible(about, bytes.length);
  const wide = depth === 'ushort';
  const grey = space === 'b-w' || space === 'grey16';
  // sharp drops the alpha channel of raw grey pictures, so these pass through RGB and lose two equal channels again
  const asGrey = grey && !hasAlpha;
  const colorspace = wide ? (asGrey ? 'grey16' : 'rgb16') : asGrey ? 'b-w' : 'srgb';
  const raw = (given: Buffer, failOn: SharpOptions['failOn']) =>
    sharp(given, { failOn, page, ignoreIcc: options.ignoreProfiles || space !== 'cmyk' })
      .autoOrient()
      .toColorspace(colorspace)
      .raw({ depth })
      .toBuffer({ resolveWithObject: true });
  const { data, info } = await tolerantly(bytes, format, raw, options.onNote);
  const samples = wide ? wideSamples(data) : new Uint8Array(data.buffer, data.byteOffset, data.length);
  const stored = { ...info, alphaAt: alphaBand(place, info.channels, options.onNote) };
  const photograph = separate(samples, stored, grey ? 1 : 3);
  const profile = options.ignoreProfiles ? undefined : profileOf(about, options.onNote);
  const resolution = place.directory && directoryResolution(place.file, place.directory);
  return {
    ...photograph,
    ...(profile ? { profile } : {}),
    ...(resolution ? { resolution: orientation > 4 ? turned(resolution) : resolution } : {}),
  };
}

/** A profile is of no use for other colours than its own; the one of a CMYK picture was used to make RGB of it. */
function profileOf({ icc, space }: Metadata, onNote: DecodeOptions['onNote']): Buffer | undefined {
  const kind = icc?.toString('latin1', 16, 20);
  if (kind === undefined || (space === 'cmyk' && kind === 'CMYK')) return undefined;
  const wanted = space === 'b-w' || space === 'grey16' ? 'GRAY' : space === 'cmyk' ? 'CMYK' : 'RGB ';
  if (kind === wanted) return icc;
  onNote(`its colour profile is for ${kind.trim()}, not for ${wanted.trim()}, and is left out`);
  return undefined;
}

/**
 * Which of the bands read is alpha, or none. A TIFF says which of its bands beyond the colours are alpha (ExtraSamples
 * 1 and 2); others, such as infrared, are reported to `onNote`.
 */
function alphaBand({ file, directory }: Page, channels: number, onNote: DecodeOptions['onNote']): number | undefined {
  const last = channels === 2 || channels > 3 ? channels - 1 : undefined;
  if (!directory || last === undefined) return last;
  const [photometric] = file.values(directory.fields.get(tags.photometric));
  const [samples = 1] = file.values(directory.fields.get(tags.samplesPerPixel));
  const colors = photometric === 5 ? 4 : photometric === 2 || photometric === 6 || photometric === 8 ? 3 : 1;
  const kinds = file.values(directory.fields.get(tags.extraSamples));
  const extra = Math.max(0, samples - colors);
  const alpha = kinds.slice(0, extra).findIndex((kind) => kind === 1 || kind === 2);
  const others = extra - (alpha >= 0 ? 1 : 0);
  if (others > 0)
    onNote(`${others === 1 ? 'a band that is' : `${others} bands that are`} neither colour nor alpha: left out`);
  if (alpha < 0) return undefined;
  return channels - extra + alpha;
}

/** Raw 16-bit samples come in this machine's byte order; copied, because a Buffer may begin at an odd address. */
function wideSamples(bytes: Buffer): Uint16Array {
  return new Uint16Array(new Uint8Array(bytes).buffer);
}

type Stored = { width: number; height: number; channels: number; alphaAt?: number };

function separate(samples: Samples, { width, height, channels: stored, alphaAt }: Stored, channels: 1 | 3): Photograph {
  if (stored === channels) return { data: samples, width, height, channels };
  const pixels = width * height;
  const data = samplesLike(samples, pixels * channels);
  for (let i = 0; i < pixels; i++) for (let k = 0; k < channels; k++) data[i * channels + k] = samples[i * stored + k];
  if (alphaAt === undefined) return { data, width, height, channels };
  const alpha = samplesLike(samples, pixels);
  for (let i = 0; i < pixels; i++) alpha[i] = samples[i * stored + alphaAt];
  return { data, width, height, channels, alpha };
}

/**
 * What a file says beside its pixels: resolution, EXIF, XMP, and the colours of a PNG. A TIFF's resolution is that of
 * each page.
 */
function metadataOf({ file, directories, described }: Whole, options: DecodeOptions) {
  const { format, exif: block, xmp, iptc, orientation = 1 } = described;
  const { bytes } = file;
  const exif = block ? plainExif(block) : directories.length ? exifOfTiff(file, directories[0]) : undefined;
  if (directories.slice(1).some(({ fields }) => fields.has(tags.exif) || fields.has(tags.place)))
    options.onNote('the EXIF (date, place) of the pages after the first is not taken over');
  const chunks = format === 'png' ? chunkTable(bytes) : new Map<string, Buffer>();
  if (chunks.has('iCCP') && !described.icc && !options.ignoreProfiles)
    options.onNote('its colour profile is damaged, or for other colours, and is left out');
  const texts = format === 'png' ? textChunks(bytes) : [];
  const profiles = format === 'png' ? textProfiles(bytes) : [];
  if (profiles.length) options.onNote(`profiles written as text (${profiles.join(', ')}) are not taken over`);
  if (format === 'jpeg') leftInJpeg(bytes).forEach(options.onNote);
  if (directories.some(({ fields }) => fields.has(tags.inner)))
    options.onNote('the pictures inside of its pages (SubIFDs), such as smaller copies, are left out');
  const colors = colorChunks.flatMap((type) => (chunks.has(type) ? [{ type, data: chunks.get(type)! }] : []));
  const said =
    format === 'png' ? pngResolution(chunks.get('pHYs')) : format === 'jpeg' ? jfifResolution(bytes) : undefined;
  const resolution = said ?? (exif && exifResolution(exif));
  if (iptc && hasIptc(iptc)) options.onNote('the IPTC (caption, author) is not taken over');
  return {
    ...(resolution ? { resolution: orientation > 4 ? turned(resolution) : resolution } : {}),
    ...(exif ? { exif } : {}),
    ...(xmp?.length ? { xmp: uprightXmp(xmp) } : {}),
    ...(texts.length ? { texts } : {}),
    ...(colors.length && !options.ignoreProfiles ? { colors } : {}),
  };
}

function pngResolution(data: Buffer | undefined): Resolution | undefined {
  if (!data || data.length < 9 || data[8] !== 1) return undefined;
  const [x, y] = [perInch(data.readUInt32BE(0)), perInch(data.readUInt32BE(4))];
  return x && y ? { x, y } : undefined;
}
