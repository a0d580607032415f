// What a file says beside its pixels is kept or noted, and what the decoder says itself never reaches the user.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { ImageFileError } from '../../src/errors';
import { readPhotograph, writeImage } from '../../src/image/files';
import { embedProfile } from '../../src/image/colorProfile';
import { makeProfile } from '../../src/image/metadata/makeProfile';
import { knownPrimaries } from '../../src/image/metadata/pngColors';
import { textChunks, withChunks } from '../../src/image/metadata/png';
import { goldenImage } from '../golden/image';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-left-'));
const inside = (name: string) => join(folder, name);
after(() => rmSync(folder, { recursive: true }));
const golden = () => sharp(goldenImage().data, { raw: { width: 37, height: 29, channels: 3 } });

/** The photograph in these bytes, and what is noted of it. */
async function read(name: string, bytes: Uint8Array) {
  writeFileSync(inside(name), bytes);
  const notes: string[] = [];
  return { photograph: await readPhotograph(inside(name), { onNote: (note) => notes.push(note) }), notes };
}

const refused = (name: string, bytes: Uint8Array, pattern: RegExp) =>
  assert.rejects(read(name, bytes), (error: Error) => error instanceof ImageFileError && pattern.test(error.message));

const profileOf = (channels: 1 | 3) => makeProfile(knownPrimaries[12], [1.8], channels);

/** A JPEG with an ICC profile in a segment APP2 of its own (ICC.1:2022, annex B.4). */
function withProfile(jpeg: Buffer, profile: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), profile]);
  const head = Buffer.from([0xff, 0xe2, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
}

test('a colour profile of another kind of colours, or a damaged one, is left out with a note', async () => {
  const png = await golden().png().toBuffer();
  const { photograph, notes } = await read('a.jpg', withProfile(await golden().jpeg().toBuffer(), profileOf(1)));
  assert.deepEqual(notes, ['its colour profile is for GRAY, not for RGB, and is left out']);
  assert.equal(photograph.profile, undefined);
  assert.deepEqual((await read('b.png', embedProfile(png, profileOf(3)))).notes, []);
  const damaged = withChunks(png, [{ type: 'iCCP', data: Buffer.from('x\0\0no deflate') }], []);
  for (const bytes of [damaged, embedProfile(png, profileOf(1))])
    assert.deepEqual((await read('c.png', bytes)).notes, [
      'its colour profile is damaged, or for other colours, and is left out',
    ]);
});

test('a profile of RGB in a CMYK picture is not put on the RGB that is made of it', async () => {
  const jpeg = await golden().toColourspace('cmyk').jpeg().toBuffer();
  const plain = await read('a.jpg', jpeg);
  const { photograph, notes } = await read('b.jpg', withProfile(jpeg, profileOf(3)));
  assert.equal(photograph.profile, undefined);
  assert.deepEqual(notes, ['its colour profile is for RGB, not for CMYK, and is left out']);
  assert.deepEqual(photograph.data, plain.photograph.data);
});

/** A TIFF of 2x2 pixels of 8 bits, all 0, with these fields beside those that it needs. */
function tiff(photometric: number, samples: number, ...others: [tag: number, value: number][]): Buffer {
  const fields = [
    [256, 2],
    [257, 2],
    [258, 8],
    [259, 1],
    [262, photometric],
    [273, 400],
    [277, samples],
    [278, 2],
    [279, 4 * samples],
    ...others,
  ];
  const file = Buffer.alloc(400 + 4 * samples);
  file.write('II*\0\x08', 'latin1');
  file.writeUInt16LE(fields.length, 8);
  // All fields are of one number of 4 bytes, but those of the bits of several samples.
  for (const [i, [tag, value]] of fields.entries()) {
    const at = 10 + 12 * i;
    const isBits = tag === 258 && samples > 1;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(isBits ? 3 : 4, at + 2);
    file.writeUInt32LE(isBits ? samples : 1, at + 4);
    file.writeUInt32LE(isBits ? 300 : value, at + 8);
  }
  for (let i = 0; i < samples; i++) file.writeUInt16LE(8, 300 + 2 * i);
  return file;
}

test('a TIFF that the decoder takes for damaged or cannot convert is refused in words of the lab', async () => {
  assert.deepEqual((await read('plain.tif', tiff(2, 3))).notes, []);
  await refused(
    'lab.tif',
    tiff(9, 3),
    /its colours or samples are of a kind that the lab does not read; save it as PNG/,
  );
  const loop = tiff(1, 1);
  loop.writeUInt32LE(8, 10 + 12 * 9);
  await refused('loop.tif', loop, /it is cut short or damaged/);
  await refused('volume.tif', tiff(1, 1, [32997, 3]), /a volume of 3 slices, .* save each as a page/);
  const png = await golden().png().toBuffer();
  const bmp = Buffer.alloc(54);
  bmp.write('BM', 'latin1');
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, 37],
    [22, 29],
    [26, 1],
    [30, 5],
  ])
    bmp.writeUInt32LE(value, at);
  await refused('inner.bmp', Buffer.concat([bmp, png.subarray(0, 200)]), /it is cut short or damaged/);
});

test('pictures inside of a page of a TIFF, and further ones and comments of a JPEG, are noted', async () => {
  assert.deepEqual((await read('inner.tif', tiff(1, 1, [330, 8]))).notes, [
    'the pictures inside of its pages (SubIFDs), such as smaller copies, are left out',
  ]);
  const jpeg = await golden().jpeg().toBuffer();
  const segment = (marker: number, text: string) =>
    Buffer.concat([Buffer.from([0xff, marker, 0, text.length + 2]), Buffer.from(text, 'latin1')]);
  const more = [segment(0xfe, `hello\n\tworld ${'!'.repeat(50)}`), segment(0xe2, 'MPF\0II*\0')];
  assert.deepEqual((await read('more.jpg', Buffer.concat([jpeg.subarray(0, 2), ...more, jpeg.subarray(2)]))).notes, [
    `the comment "hello world ${'!'.repeat(28)}..." is not taken over`,
    'only the first of its pictures is taken, not a second view or a map of brightness (MPF)',
  ]);
});

test('the texts of a PNG stay in a PNG, and are noted in other kinds; XMP is no such text', async () => {
  const texts = [
    { type: 'tEXt', data: Buffer.from('Author\0Ann') },
    { type: 'iTXt', data: Buffer.from('Title\0\0\0\0\0Über') },
  ];
  const xmp = { type: 'iTXt', data: Buffer.from('XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>') };
  const { photograph, notes } = await read(
    'texts.png',
    withChunks(await golden().png().toBuffer(), [...texts, xmp], []),
  );
  assert.deepEqual([notes, photograph.texts], [[], texts]);
  const onNote = (note: string) => notes.push(note);
  await writeImage(inside('copy.png'), photograph, { onNote });
  assert.deepEqual((await readPhotograph(inside('copy.png'), { onNote })).texts, texts);
  assert.deepEqual(notes, []);
  await writeImage(inside('copy.jpg'), photograph, { onNote });
  assert.deepEqual(notes, ['the texts of the PNG (Author, Title) are left out: .jpg has no place for them']);
  assert.deepEqual(textChunks(await golden().png().toBuffer()), []);
});

test('profiles that a PNG holds as text are noted, and are none of its texts', async () => {
  const chunk = { type: 'tEXt', data: Buffer.from('Raw profile type iptc\0\niptc\n       4\n3842494d\n') };
  const png = withChunks(await golden().png().toBuffer(), [chunk], []);
  const { photograph, notes } = await read('profiles.png', png);
  assert.deepEqual(notes, ['profiles written as text (Raw profile type iptc) are not taken over']);
  assert.equal(photograph.texts, undefined);
});
