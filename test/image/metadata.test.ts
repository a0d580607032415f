import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { ImageFileError, OptionError } from '../../src/errors';
import { readImage, readPhotograph, writeImage } from '../../src/image/files';
import { exifOfResolution } from '../../src/image/metadata/exif';
import { chunkTable, withChunks } from '../../src/image/metadata/png';
import { TiffBytes } from '../../src/image/metadata/tiff';
import type { Photograph } from '../../src/image/photograph';
import { difference, goldenImage } from '../golden/image';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-metadata-'));
const inside = (name: string) => join(folder, name);
after(() => rmSync(folder, { recursive: true }));
const quiet = { onNote: () => undefined };
const raw = { raw: { width: 37, height: 29, channels: 3 as const } };
const flat = (value: number, width = 8, height = 6): Photograph => ({
  data: new Uint8Array(3 * width * height).fill(value),
  width,
  height,
  channels: 3,
});

/** What is noted while a photograph is written and read again, and the photograph. */
async function through(name: string, photograph: Photograph) {
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  await writeImage(inside(name), photograph, { onNote });
  return { notes, back: await readPhotograph(inside(name), { onNote }) };
}

for (const kind of ['png', 'jpg', 'tif', 'webp', 'bmp']) {
  test(`a resolution goes through ${kind}, and none is invented`, async () => {
    const { back } = await through(`dense.${kind}`, { ...goldenImage(), resolution: { x: 300, y: 200 } });
    assert.deepEqual([Math.round(back.resolution!.x), Math.round(back.resolution!.y)], [300, 200]);
    assert.equal((await through(`plain.${kind}`, goldenImage())).back.resolution, undefined);
  });
}

test('EXIF goes through all kinds but BMP, says upright, and BMP is noted', async () => {
  const exif = {
    IFD0: { Make: 'Lab' },
    IFD2: { DateTimeOriginal: '2020:02:03 04:05:06' },
    IFD3: { GPSLatitudeRef: 'N' },
  };
  await sharp(goldenImage().data, raw)
    .withExif(exif)
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(inside('exif.jpg'));
  await sharp(goldenImage().data, raw).withExif(exif).jpeg().toFile(inside('exif.jpg'));
  const photograph = await readPhotograph(inside('exif.jpg'));
  for (const kind of ['png', 'jpg', 'webp', 'tif']) {
    const { back, notes } = await through(`exif.${kind}`, photograph);
    assert.ok(back.exif!.includes('2020:02:03 04:05:06') && back.exif!.includes('Lab'), kind);
    assert.deepEqual(notes, []);
  }
  const { notes } = await through('exif.bmp', photograph);
  assert.match(notes.join(), /EXIF \(date, place\) is left out: BMP has no place for it/);
});

test('a picture that its EXIF turns keeps EXIF, which then says that it stands upright', async () => {
  await sharp(goldenImage().data, raw).withMetadata({ orientation: 6 }).jpeg().toFile(inside('turned.jpg'));
  const turned = await readPhotograph(inside('turned.jpg'));
  for (const kind of ['png', 'jpg', 'webp']) {
    const { back } = await through(`turned.${kind}`, turned);
    assert.deepEqual([back.width, back.height], [29, 37], kind);
    const file = new TiffBytes(back.exif!);
    assert.deepEqual(file.values(file.directories()[0].fields.get(274)), [1]);
  }
});

/** A PNG of one colour that says its colours by chunks. */
async function pngWith(name: string, chunks: [string, number[]][], value = 128): Promise<Photograph> {
  const png = await sharp({
    create: { width: 8, height: 6, channels: 3, background: { r: value, g: value, b: value } },
  })
    .png()
    .toBuffer();
  const data = (numbers: number[]) => {
    const bytes = Buffer.alloc(4 * numbers.length);
    numbers.forEach((number, i) => bytes.writeUInt32BE(number, 4 * i));
    return bytes;
  };
  const made = chunks.map(([type, numbers]) => ({
    type,
    data: type === 'cICP' ? Buffer.from(numbers) : data(numbers),
  }));
  writeFileSync(inside(name), withChunks(png, made, []));
  return readPhotograph(inside(name), quiet);
}

const p3 = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000];

test('gAMA, cHRM and cICP stay in PNG byte for byte', async () => {
  const cases: [string, number[]][][] = [
    [['gAMA', [100000]]],
    [
      ['gAMA', [45455]],
      ['cHRM', p3],
    ],
    [['cICP', [9, 16, 0, 1]]],
  ];
  for (const chunks of cases) {
    const photograph = await pngWith('chunks.png', chunks);
    await writeImage(inside('kept.png'), photograph);
    const [given, kept] = ['chunks.png', 'kept.png'].map((name) => chunkTable(readFileSync(inside(name))));
    for (const [type] of chunks) assert.deepEqual(kept.get(type), given.get(type));
  }
});

test('other kinds get a profile that says the same, or the colours in sRGB', async () => {
  // Half of the light is 188 in sRGB: 1.055 * 0.50196 ** (1 / 2.4) - 0.055 = 0.7366.
  const linear = await pngWith('linear.png', [['gAMA', [100000]]]);
  await writeImage(inside('linear.bmp'), linear);
  assert.ok(Math.abs((await readImage(inside('linear.bmp'))).data[0] - 188) <= 1);
  for (const kind of ['jpg', 'webp', 'tif']) {
    await writeImage(inside(`linear.${kind}`), linear, quiet);
    const shown = await sharp(inside(`linear.${kind}`))
      .toColorspace('srgb')
      .raw()
      .toBuffer();
    assert.ok(Math.abs(shown[0] - 188) <= 2, `${kind}: ${shown[0]}`);
  }
  // Display P3 (200, 50, 50) is (218, 24, 39) in sRGB: linear 0.578, 0.032, 0.032 times
  // the matrix from P3 to sRGB gives 0.701, 0.009, 0.021.
  const wide = await pngWith('wide.png', [['cICP', [12, 13, 0, 1]]]);
  wide.data.set(Array.from({ length: wide.data.length }, (_, i) => (i % 3 ? 50 : 200)));
  await writeImage(inside('wide.bmp'), wide);
  const own = [...(await readImage(inside('wide.bmp'))).data.subarray(0, 3)];
  assert.ok(
    [218, 24, 39].every((value, i) => Math.abs(own[i] - value) <= 3),
    own.join(),
  );
});

test('gAMA 1/2.2 with the primaries of sRGB, as many programs write, is sRGB; HDR goes into PNG only', async () => {
  const usual: [string, number[]][] = [
    ['gAMA', [45455]],
    ['cHRM', [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000]],
  ];
  await writeImage(inside('usual.jpg'), await pngWith('usual.png', usual));
  assert.equal((await readPhotograph(inside('usual.jpg'))).profile, undefined);
  const hdr = await pngWith('hdr.png', [['cICP', [9, 16, 0, 1]]]);
  await assert.rejects(writeImage(inside('hdr.jpg'), hdr), OptionError);
});

test('transparent parts are laid on a background in JPEG and BMP, and noted; opaque ones are not', async () => {
  const clear = { ...flat(0), alpha: new Uint8Array(48) };
  for (const kind of ['jpg', 'bmp']) {
    const { back, notes } = await through(`clear.${kind}`, clear);
    assert.ok(back.data.every((value) => value >= 254));
    assert.match(notes.join(), /laid on white/);
    await writeImage(inside(`green.${kind}`), clear, { background: [0, 255, 0], ...quiet });
    assert.ok(
      difference((await readImage(inside(`green.${kind}`))).data.subarray(0, 3), Uint8Array.of(0, 255, 0)).largest <= 2,
    );
    assert.deepEqual((await through(`opaque.${kind}`, { ...clear, alpha: clear.alpha.map(() => 255) })).notes, []);
  }
});

test('bands of a TIFF that are neither colour nor alpha are left out and noted', async () => {
  const rgba = await sharp(
    new Uint8Array(4 * 48).map((_, i) => i),
    { raw: { width: 8, height: 6, channels: 4 } },
  )
    .tiff({ compression: 'none' })
    .toBuffer();
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  const file = new TiffBytes(rgba);
  const kinds = file.directories()[0].fields.get(338)!;
  writeFileSync(inside('alpha.tif'), rgba);
  assert.equal((await readPhotograph(inside('alpha.tif'), { onNote })).alpha![1], 7);
  assert.deepEqual(notes, []);
  file.set(kinds, 0);
  writeFileSync(inside('infrared.tif'), rgba);
  const infrared = await readPhotograph(inside('infrared.tif'), { onNote });
  assert.deepEqual([infrared.alpha, ...infrared.data.subarray(0, 6)], [undefined, 0, 1, 2, 4, 5, 6]);
  assert.match(notes.join(), /a band that is neither colour nor alpha/);
});

test('pages of a TIFF, of any size and depth, and frames of a WebP come back; other kinds are refused', async () => {
  const wide: Photograph = {
    data: Uint16Array.from({ length: 12 }, (_, i) => 5000 * i),
    width: 4,
    height: 3,
    channels: 1,
  };
  const pages = { ...goldenImage(), resolution: { x: 300, y: 300 }, pages: [wide, flat(9)] };
  const { back, notes } = await through('pages.tif', pages);
  assert.deepEqual([back.data, notes], [pages.data, []]);
  assert.deepEqual(
    back.pages!.map(({ data }) => data),
    pages.pages.map(({ data }) => data),
  );
  await assert.rejects(
    readImage(inside('pages.tif')),
    (error: Error) => error instanceof ImageFileError && /3 pages/.test(error.message),
  );
  const film = { ...flat(1), pages: [flat(90), flat(200)], animation: { delays: [100, 50, 70], loop: 2 } };
  const moved = await through('film.webp', film);
  assert.deepEqual(moved.back.animation, film.animation);
  assert.deepEqual(
    [moved.back, ...moved.back.pages!].map(({ data }) => data[0]),
    [1, 90, 200],
  );
  for (const name of ['film.png', 'film.tif']) await assert.rejects(writeImage(inside(name), film), OptionError);
  for (const name of ['pages.png', 'pages.webp']) await assert.rejects(writeImage(inside(name), pages), OptionError);
});

test('an animated PNG, and a small file that says it is huge, are refused by name', async () => {
  const png = await sharp(goldenImage().data, raw).png().toBuffer();
  writeFileSync(inside('animated.png'), withChunks(png, [{ type: 'acTL', data: Buffer.alloc(8) }], []));
  await assert.rejects(readPhotograph(inside('animated.png')), /ImageFileError.*APNG.*animated WebP/);
  // One of a single frame is a still picture.
  const single = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]);
  writeFileSync(inside('single.png'), withChunks(png, [{ type: 'acTL', data: single }], []));
  assert.deepEqual((await readPhotograph(inside('single.png'), quiet)).data, goldenImage().data);
  const huge = Buffer.from('RIFF\x1e\0\0\0WEBPVP8L\x11\0\0\0\x2f\xfe\xbf\xff\x0f', 'latin1');
  writeFileSync(inside('huge.webp'), Buffer.concat([huge, Buffer.alloc(13)]));
  await assert.rejects(readPhotograph(inside('huge.webp')), /16383x16383 pixels, but the file has only 38 bytes/);
});

for (const progressive of [false, true]) {
  test(`a ${progressive ? 'progressive' : 'sequential'} JPEG is read without its end, not without more`, async () => {
    const jpeg = await sharp(goldenImage().data, raw).jpeg({ progressive }).toBuffer();
    writeFileSync(inside('whole.jpg'), jpeg);
    writeFileSync(inside('open.jpg'), jpeg.subarray(0, -2));
    const notes: string[] = [];
    const open = await readPhotograph(inside('open.jpg'), { onNote: (note) => notes.push(note) });
    assert.deepEqual(open.data, (await readPhotograph(inside('whole.jpg'))).data);
    assert.match(notes.join(), /end mark is missing, but all pixels are there/);
    for (let cut = 3; cut < jpeg.length; cut += 9) {
      writeFileSync(inside('cut.jpg'), jpeg.subarray(0, -cut));
      await assert.rejects(readPhotograph(inside('cut.jpg'), quiet), ImageFileError, `${cut} bytes are missing`);
    }
  });
}

test('a JPEG with odd parameters of its scan, or with bytes between segments, is read with a note', async () => {
  const jpeg = await sharp(goldenImage().data, raw).jpeg().toBuffer();
  const whole = (await sharp(jpeg).raw().toBuffer()) as Uint8Array;
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
  const odd = Buffer.from(jpeg);
  odd[scan + 2 + jpeg.readUInt16BE(scan + 2) - 2] = 0;
  const loose = Buffer.concat([jpeg.subarray(0, scan), Buffer.from([1, 2, 3, 4]), jpeg.subarray(scan)]);
  for (const bytes of [odd, loose]) {
    const notes: string[] = [];
    writeFileSync(inside('odd.jpg'), bytes);
    const { data } = await readPhotograph(inside('odd.jpg'), { onNote: (note) => notes.push(note) });
    assert.deepEqual(new Uint8Array(data), new Uint8Array(whole));
    assert.match(notes.join(), /its JPEG has a small fault/);
  }
});

test('EXIF made of a resolution says it', () => {
  const file = new TiffBytes(exifOfResolution({ x: 72.5, y: 300 }));
  assert.deepEqual(file.values(file.directories()[0].fields.get(282)), [72.5]);
});
