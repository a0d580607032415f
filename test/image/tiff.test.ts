import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { ImageFileError } from '../../src/errors';
import { readPhotograph, writeImage } from '../../src/image/files';
import { tags, TiffBytes } from '../../src/image/metadata/tiff';
import { withExif } from '../../src/image/metadata/tiffExif';
import type { Photograph } from '../../src/image/photograph';
import { goldenImage } from '../golden/image';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-tiff-'));
const inside = (name: string) => join(folder, name);
after(() => rmSync(folder, { recursive: true }));
const raw = { raw: { width: 37, height: 29, channels: 3 as const } };
const exif = {
  IFD0: { Make: 'Lab', Artist: 'A painter with a long name' },
  IFD2: { DateTimeOriginal: '2020:02:03 04:05:06', ExposureTime: '1/250' },
  IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 30/1 0/1' },
};

async function through(name: string, photograph: Photograph) {
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  await writeImage(inside(name), photograph, { onNote });
  return { notes, back: await readPhotograph(inside(name), { onNote }) };
}

/** The values of a field of EXIF in the directory of the camera or of the place. */
function innerValues(block: Buffer, directory: number, tag: number): number[] {
  const file = new TiffBytes(block);
  const [at] = file.values(file.directories()[0].fields.get(directory));
  return file.values(file.directory(at)!.fields.get(tag));
}

/** The same EXIF with its numbers in the other byte order (its texts stay). */
async function bigEndian(): Promise<Buffer> {
  const bare = await sharp(goldenImage().data, raw).jpeg().withExif(exif).toBuffer();
  const { exif: little } = await sharp(bare).metadata();
  const head = Buffer.from('MM\0*\0\0\0\x08\0\0\0\0\0\0', 'latin1');
  return withExif(head, little!.subarray(6));
}

test('EXIF goes from JPEG into TIFF with camera, date and place, and from there into JPEG again', async () => {
  await sharp(goldenImage().data, raw).withExif(exif).jpeg().toFile(inside('exif.jpg'));
  const photograph = await readPhotograph(inside('exif.jpg'));
  const first = await through('exif.tif', photograph);
  const again = await through('again.tif', first.back);
  const jpeg = await through('again.jpg', again.back);
  assert.deepEqual([first.notes, again.notes, jpeg.notes], [[], [], []]);
  for (const { back } of [first, again, jpeg]) {
    for (const text of ['Lab\0', 'A painter with a long name\0', '2020:02:03 04:05:06\0'])
      assert.ok(back.exif!.includes(text), text);
    assert.deepEqual(innerValues(back.exif!, tags.exif, 33434), [1 / 250]);
    assert.deepEqual(innerValues(back.exif!, tags.place, 2), [52, 30, 0]);
  }
  assert.deepEqual(first.back.data, photograph.data);
});

test('EXIF of the other byte order is turned around for a TIFF, whose other pages stay', async () => {
  const block = await bigEndian();
  assert.equal(block.toString('latin1', 0, 2), 'MM');
  assert.deepEqual(innerValues(block, tags.exif, 33434), [1 / 250]);
  const page = goldenImage();
  const { back, notes } = await through('turned.tif', { ...goldenImage(), exif: block, pages: [page] });
  assert.deepEqual(notes, []);
  assert.equal(back.exif!.toString('latin1', 0, 2), 'II');
  assert.deepEqual(innerValues(back.exif!, tags.exif, 33434), [1 / 250]);
  assert.deepEqual(innerValues(back.exif!, tags.place, 2), [52, 30, 0]);
  assert.deepEqual([back.data, back.pages!.map(({ data }) => data)], [page.data, [page.data]]);
});

test('EXIF of a picture that was turned has the resolution of the upright one', async () => {
  await sharp(goldenImage().data, raw)
    .withExif({ IFD0: { XResolution: '300/1', YResolution: '150/1', ResolutionUnit: '2' } })
    .jpeg()
    .toFile(inside('lying.jpg'));
  const lying = await readPhotograph(inside('lying.jpg'));
  const { back } = await through('lying.webp', { ...lying, resolution: { x: 150, y: 300 } });
  const file = new TiffBytes(back.exif!);
  const [{ fields }] = file.directories();
  assert.deepEqual([file.values(fields.get(282)), file.values(fields.get(283))], [[150], [300]]);
});

test('a BigTIFF says its resolution and which band is alpha, as any TIFF does', async () => {
  const samples = new Uint16Array(4 * 48).fill(30_000);
  const big = await sharp(samples, { raw: { width: 8, height: 6, channels: 4 } })
    .withMetadata({ density: 300 })
    .toColorspace('rgb16')
    .tiff({ compression: 'none', bigtiff: true, resolutionUnit: 'inch', xres: 300 / 25.4, yres: 300 / 25.4 })
    .toBuffer();
  const file = new TiffBytes(big);
  file.set(file.directories()[0].fields.get(tags.extraSamples), 0);
  writeFileSync(inside('big.tif'), big);
  const notes: string[] = [];
  const picture = await readPhotograph(inside('big.tif'), { onNote: (note) => notes.push(note) });
  assert.equal(picture.alpha, undefined);
  assert.match(notes.join(), /a band that is neither colour nor alpha/);
  assert.equal(Math.round(picture.resolution!.x), 300);
});

test('TIFFs that the decoder would call damaged, or show in wrong colours, are refused by what they are', async () => {
  const plain = await sharp(goldenImage().data, raw).tiff({ compression: 'none' }).toBuffer();
  const cases: [number, number, RegExp][] = [
    [tags.compression, 50000, /compressed by Zstandard, which the lab does not read; save it with LZW or deflate$/],
    [tags.compression, 50123, /compressed by method 50123/],
    [tags.photometric, 6, /YCbCr without JPEG, which the lab does not read; save it as RGB$/],
  ];
  for (const [tag, value, message] of cases) {
    const file = new TiffBytes(Buffer.from(plain));
    file.set(file.directories()[0].fields.get(tag), value);
    writeFileSync(inside('refused.tif'), file.bytes);
    await assert.rejects(
      readPhotograph(inside('refused.tif')),
      (error) => error instanceof ImageFileError && message.test(error.message),
    );
  }
});
