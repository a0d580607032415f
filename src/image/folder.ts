import { type Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { whyMissing } from '../disk/readInput';
import { whyNotRead } from '../disk/whyNotRead';
import { DatasetError } from '../errors';
import { extensionsInWords, isImageFile, kindsInWords } from './kinds';

/** A file or folder that is not taken, and why. */
export interface LeftOut {
  file: string;
  reason: string;
  /** Whether its name is that of a picture, which people expect to be taken. */
  isPicture: boolean;
}

/** Extensions of pictures that the lab does not read. */
const otherPictures = (
  'gif avif heic heif hif jxl jp2 j2k jpx jxr wdp apng svg ico psd psb xcf tga pcx pbm pgm ppm pnm pam pfm ' +
  'exr hdr qoi dds dng cr2 cr3 nef arw raf rw2 orf pef srw pdf eps ai'
).split(' ');

/**
 * The pictures directly in a folder, sorted, and all other files in it except hidden ones. Throws DatasetError when it
 * cannot be read.
 */
export async function readFolder(folder: string): Promise<{ images: string[]; leftOut: LeftOut[] }> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const why = (await whyMissing(folder)) ?? whyNotRead(error);
    throw new DatasetError(`cannot read the folder ${folder}: ${why}`, { cause: error });
  }
  const images: string[] = [];
  const leftOut: LeftOut[] = [];
  for (const entry of entries.filter(({ name }) => !name.startsWith('.')).sort(byName)) {
    const file = join(folder, entry.name);
    const reason = await whyLeftOut(file, entry);
    const isPicture = isImageFile(file) || otherPictures.includes(extension(file));
    if (reason === undefined) images.push(file);
    else leftOut.push({ file, reason, isPicture });
  }
  return { images, leftOut };
}

const extension = (file: string) => extname(file).slice(1).toLowerCase();
const byName = (a: Dirent, b: Dirent) => (a.name < b.name ? -1 : 1);

async function whyLeftOut(file: string, entry: Dirent): Promise<string | undefined> {
  const about = entry.isFile() ? entry : await stat(file).catch(() => null);
  if (!about) return whyMissing(file);
  if (about.isDirectory()) return 'it is a folder, and folders within a folder are not searched';
  if (!about.isFile()) return 'it is a pipe or device, not a file';
  if (isImageFile(file)) return undefined;
  return otherPictures.includes(extension(file))
    ? `${extension(file).toUpperCase()} is not read; save it as ${kindsInWords}`
    : 'its name does not end as a picture does';
}

/** The paths of the images directly in a folder, sorted; a DatasetError when the folder is missing or has none. */
export async function imageFiles(folder: string): Promise<string[]> {
  const { images, leftOut } = await readFolder(folder);
  if (images.length > 0) return images;
  const others = leftOut
    .filter(({ isPicture }) => isPicture)
    .slice(0, 3)
    .map(({ file, reason }) => `; ${file}: ${reason}`);
  throw new DatasetError(`no image in ${folder}: put ${extensionsInWords} files there${others.join('')}`);
}
