import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { DatasetError, ImageFileError, OptionError, WriteError } from '../../src/errors';
import { imageFiles, readImage, writeImage } from '../../src/image/files';
import type { Image } from '../../src/image/image';
import { difference, goldenImage } from '../golden/image';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-files-'));
const inside = (name: string) => join(folder, name);
after(() => rmSync(folder, { recursive: true }));

const grey = (): Image => ({
  data: goldenImage().data.filter((_, i) => i % 3 === 1),
  width: 37,
  height: 29,
  channels: 1,
});
const raw = { raw: { width: 37, height: 29, channels: 3 as const } };

for (const kind of ['png', 'bmp', 'webp', 'tiff']) {
  test(`an RGB picture comes back from ${kind} sample by sample`, async () => {
    await writeImage(inside(`rgb.${kind}`), goldenImage());
    assert.deepEqual(await readImage(inside(`rgb.${kind}`)), goldenImage());
  });
}

for (const kind of ['png', 'tif']) {
  test(`a grey picture stays grey in ${kind}`, async () => {
    await writeImage(inside(`grey.${kind}`), grey());
    assert.deepEqual(await readImage(inside(`grey.${kind}`)), grey());
  });
}

test('a JPEG keeps size and channels and comes close', async () => {
  const smooth: Image = {
    data: Uint8Array.from({ length: 64 * 64 }, (_, i) => 2 * (i % 64) + (i >> 6)),
    width: 64,
    height: 64,
    channels: 1,
  };
  await writeImage(inside('smooth.jpg'), smooth);
  const back = await readImage(inside('smooth.jpg'));
  assert.deepEqual([back.width, back.height, back.channels], [64, 64, 1]);
  assert.ok(difference(back.data, smooth.data).largest <= 4);
});

test('alpha is kept apart and never mixed into the colours', async () => {
  for (const image of [goldenImage(), grey()]) {
    const alpha = Uint8Array.from({ length: 37 * 29 }, (_, i) => i % 256);
    await writeImage(inside('alpha.png'), { ...image, alpha });
    assert.deepEqual(await readImage(inside('alpha.png')), { ...image, alpha });
  }
});

test('a colour profile does not change the stored numbers', async () => {
  await sharp(goldenImage().data, raw).withIccProfile('p3').png().toFile(inside('profile.png'));
  const stored = await sharp(inside('profile.png'), { ignoreIcc: true }).raw().toBuffer();
  assert.ok((await sharp(inside('profile.png')).metadata()).hasProfile);
  assert.deepEqual([...(await readImage(inside('profile.png'))).data], [...stored]);
});

test('a palette is resolved to its colours', async () => {
  const colors = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [9, 9, 9],
  ];
  const data = Uint8Array.from({ length: 64 }, (_, i) => i % 4).reduce<number[]>(
    (all, index) => [...all, ...colors[index]],
    [],
  );
  await sharp(Uint8Array.from(data), { raw: { width: 8, height: 8, channels: 3 } })
    .png({ palette: true, dither: 0 })
    .toFile(inside('palette.png'));
  assert.equal(readFileSync(inside('palette.png'))[25], 3, 'the file is of the palette kind');
  const image = await readImage(inside('palette.png'));
  assert.deepEqual([...image.data], data);
});

test('16-bit samples keep their upper 8 bits, grey and RGB', async () => {
  for (const channels of [1, 3] as const) {
    const samples = Uint16Array.from({ length: 16 * 16 * channels }, (_, i) => (i * 977) % 65536);
    const picture = sharp(samples, { raw: { width: 16, height: 16, channels } });
    await picture
      .toColorspace(channels === 1 ? 'grey16' : 'rgb16')
      .png()
      .toFile(inside('wide.png'));
    assert.equal(readFileSync(inside('wide.png'))[24], 16, 'the file has 16 bits');
    const image = await readImage(inside('wide.png'));
    assert.equal(image.channels, channels);
    assert.deepEqual(
      [...image.data],
      [...samples].map((value) => value >> 8),
    );
  }
});

test('a picture that its EXIF turns is read upright', async () => {
  await sharp(goldenImage().data, raw).withMetadata({ orientation: 6 }).png().toFile(inside('turned.png'));
  const image = await readImage(inside('turned.png'));
  assert.deepEqual([image.width, image.height], [29, 37]);
  const { data } = goldenImage();
  assert.deepEqual(
    [...image.data.slice(28 * 3, 28 * 3 + 3)],
    [...data.slice(0, 3)],
    'the first pixel moved to the top right',
  );
  assert.deepEqual([...image.data.slice(0, 3)], [...data.slice(28 * 37 * 3, 28 * 37 * 3 + 3)]);
});

/**
 * Two lines of `bits` a pixel, where palette entry i is (i * 20, 0, i), as an image editor would save them; colours
 * start at byte 70.
 */
function paletteBmp(bits: number, width: number, lines: number[][]): Buffer {
  const colors = Array.from({ length: 1 << bits }, (_, i) => [i, 0, (i * 20) % 256, 0]).flat();
  const start = 54 + colors.length + 16;
  const header = Buffer.alloc(54);
  header.write('BM');
  for (const [at, value] of [
    [10, start],
    [14, 40],
    [18, width],
    [22, lines.length],
    [26, 1 + bits * 65536],
  ])
    header.writeUInt32LE(value, at);
  return Buffer.concat([header, Buffer.from(colors), Buffer.alloc(16), ...lines.map((line) => Buffer.from(line))]);
}

test(
  'BMP palettes of 1, 4 and 8 bits are read bottom line first, at odd widths, with a ' + 'gap before the pixels',
  async () => {
    const cases: [number, number[][]][] = [
      [
        1,
        [
          [0b10100000, 0, 0, 0],
          [0b01000000, 0, 0, 0],
        ],
      ],
      [
        4,
        [
          [0x10, 0x10, 0, 0],
          [0x01, 0x00, 0, 0],
        ],
      ],
      [
        8,
        [
          [1, 0, 1, 0],
          [0, 1, 0, 0],
        ],
      ],
    ];
    for (const [bits, lines] of cases) {
      writeFileSync(inside('palette.bmp'), paletteBmp(bits, 3, lines));
      const image = await readImage(inside('palette.bmp'));
      assert.deepEqual(
        [...image.data],
        [0, 1, 0, 1, 0, 1].flatMap((index) => [index * 20, 0, index]),
        `${bits} bits`,
      );
    }
  },
);

test('a file cut short is an ImageFileError that names it, whatever its kind', async () => {
  for (const kind of ['png', 'jpg', 'bmp', 'webp', 'tiff']) {
    await writeImage(inside(`whole.${kind}`), goldenImage());
    const bytes = readFileSync(inside(`whole.${kind}`));
    for (const part of [0.3, 0.6, 0.9]) {
      const file = inside(`cut.${kind}`);
      writeFileSync(file, bytes.subarray(0, Math.floor(bytes.length * part)));
      await assert.rejects(
        readImage(file),
        (error: Error) => error instanceof ImageFileError && error.message.includes(file),
        `${kind} cut at ${part}`,
      );
    }
  }
});

test('an empty file, a text, an SVG and a missing file are ImageFileErrors', async () => {
  const contents = {
    'empty.png': '',
    'text.png': 'no image',
    'drawing.png': '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    'short.bmp': 'BM12',
  };
  for (const [name, content] of Object.entries(contents)) writeFileSync(inside(name), content);
  for (const name of [...Object.keys(contents), 'nowhere.png'])
    await assert.rejects(readImage(inside(name)), ImageFileError, name);
});

test(
  'a write that fails is a WriteError and leaves nothing behind; an unknown extension ' + 'is an OptionError',
  async () => {
    const before = readdirSync(folder);
    await assert.rejects(writeImage(join(folder, 'no-such-folder', 'a.png'), grey()), WriteError);
    await assert.rejects(writeImage(inside('a.gif'), grey()), OptionError);
    assert.deepEqual(readdirSync(folder), before);
  },
);

test('a picture with a side longer than its kind of file holds is an OptionError that names another kind', async () => {
  const wide = { data: new Uint8Array(16384), width: 16384, height: 1, channels: 1 as const };
  await assert.rejects(
    writeImage(join(folder, 'wide.webp'), wide),
    (error: Error) => error instanceof OptionError && /16383 pixels per side.*\.png/.test(error.message),
  );
  await writeImage(join(folder, 'wide.png'), wide);
});

test('the images of a folder are listed in order, and a folder without any is a DatasetError', async () => {
  const pictures = mkdtempSync(join(folder, 'pictures-'));
  await assert.rejects(imageFiles(pictures), DatasetError);
  await assert.rejects(imageFiles(join(pictures, 'nowhere')), DatasetError);
  for (const name of ['b.png', 'a.JPG', 'c.txt', '.hidden.png', 'B.tif']) writeFileSync(join(pictures, name), '');
  assert.deepEqual(
    await imageFiles(pictures),
    ['B.tif', 'a.JPG', 'b.png'].map((name) => join(pictures, name)),
  );
});
