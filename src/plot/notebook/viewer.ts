import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { pictureName } from '../../data/pictureName';
import { OptionError } from '../../errors';
import { readImage } from '../../image/files';
import type { Image, Plane } from '../../image/image';
import { pngOf } from '../figure';
import { LiveOutput, type Still } from './liveOutput';
import { besideEachOther } from './markup';
import { viewerView } from './page/viewer';
import { Recent } from './recent';

/** Bytes of all PNGs together. Jupyter Server drops outputs of more in a few seconds. */
const mostBytes = 2_500_000;

const recent = new Recent<{ output: LiveOutput }>();

/**
 * Shows pictures of one size side by side below the cell; they are moved and enlarged together, by mouse, wheel or keys
 * (+, -, 0, arrows). They are given by name (`{ bicubic, SRCNN, original }`), as images, planes of 0..255 or files; or
 * as a list of files. Throws OptionError for pictures of different sizes, or of more than 2.5 MB together as PNG;
 * NoNotebookError outside of a notebook.
 */
export async function viewer(
  images: Readonly<Record<string, Image | Plane | string>> | readonly string[],
): Promise<void> {
  const named = Array.isArray(images)
    ? images.map((file: string) => [pictureName(file), file])
    : Object.entries(images);
  const pictures = await Promise.all(
    (named as [string, Image | Plane | string][]).map(async ([name, given]) => {
      const picture = typeof given === 'string' ? await readImage(given) : given;
      return { name, picture, png: await pngOf(picture) };
    }),
  );
  check(pictures);
  const still = await stillOf(pictures);
  const hash = createHash('sha256');
  for (const { name, png } of pictures) hash.update(name).update(png);
  const { width, height } = pictures[0].picture;
  const state = {
    pictures: { names: pictures.map(({ name }) => name), width, height },
    ...Object.fromEntries(pictures.map(({ png }, index) => [`picture${index}`, png])),
  };
  const shown = recent.get(hash.digest('hex'), () => ({ output: new LiveOutput(viewerView, state, {}, () => still) }));
  shown.output.show();
}

interface Named {
  name: string;
  picture: Image | Plane;
  png: Buffer;
}

function check(pictures: readonly Named[]): void {
  if (!pictures.length) throw new OptionError('there are no pictures; give at least one');
  const [first] = pictures;
  for (const { name, picture } of pictures) {
    if (picture.width !== first.picture.width || picture.height !== first.picture.height)
      throw new OptionError(
        `${name} is ${picture.width}x${picture.height}, ${first.name} ${first.picture.width}x` +
          `${first.picture.height}; give pictures of the same size`,
      );
  }
  const bytes = pictures.reduce((sum, { png }) => sum + png.length, 0);
  if (bytes > mostBytes)
    throw new OptionError(
      `the pictures are ${(bytes / 1e6).toFixed(1)} MB together as PNG; a page takes 2.5: give smaller parts of them`,
    );
}

/** The pictures beside each other, small: for the saved notebook. */
async function stillOf(pictures: readonly Named[]): Promise<Still> {
  const width = Math.floor(780 / pictures.length);
  const small = (png: Buffer) => sharp(png).resize({ width, withoutEnlargement: true }).png().toBuffer();
  const tiles = await Promise.all(pictures.map(async ({ name, png }) => ({ caption: name, png: await small(png) })));
  return { html: besideEachOther(tiles, width), text: pictures.map(({ name }) => name).join(', ') };
}
