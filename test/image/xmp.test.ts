import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { readPhotograph, writeImage } from '../../src/image/files';
import type { Photograph } from '../../src/image/photograph';
import { goldenImage } from '../golden/image';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-xmp-'));
const inside = (name: string) => join(folder, name);
after(() => rmSync(folder, { recursive: true }));
const raw = { raw: { width: 37, height: 29, channels: 3 as const } };

/** What is noted while a photograph is written and read again, and the photograph. */
async function through(name: string, photograph: Photograph) {
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  await writeImage(inside(name), photograph, { onNote });
  return { notes, back: await readPhotograph(inside(name), { onNote }) };
}

/** XMP of a camera that was held as an EXIF orientation says. */
const xmpOf = (orientation: number) =>
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" ' +
  `tiff:Orientation="${orientation}" rdf:about="Lab"/></rdf:RDF></x:xmpmeta>`;

test('XMP goes through all kinds but BMP, says upright, and is noted where it is left out', async () => {
  for (const icc of [undefined, 'p3']) {
    const jpeg = sharp(goldenImage().data, raw).withXmp(xmpOf(6)).jpeg();
    await (icc ? jpeg.withIccProfile(icc) : jpeg).toFile(inside('xmp.jpg'));
    const photograph = await readPhotograph(inside('xmp.jpg'));
    for (const kind of ['png', 'jpg', 'webp', 'tif']) {
      const { back, notes } = await through(`xmp-kept.${kind}`, photograph);
      assert.equal(back.xmp, xmpOf(1), kind);
      assert.deepEqual(notes, [], kind);
      assert.equal(back.profile !== undefined, icc !== undefined, kind);
    }
    assert.match((await through('xmp.bmp', photograph)).notes.join(), /the XMP is left out/);
    const { back, notes } = await through('long.jpg', { ...photograph, xmp: xmpOf(1).padEnd(70_000) });
    assert.equal(back.xmp, undefined);
    assert.match(notes.join(), /XMP is left out: it is too long for a JPEG/);
  }
});

test('IPTC, which is not taken over, is noted', async () => {
  const jpeg = await sharp(goldenImage().data, raw).jpeg().toBuffer();
  const withBlock = (block: string) => {
    const data = Buffer.from(`Photoshop 3.0\0${block}`, 'latin1');
    const head = Buffer.from([0xff, 0xed, 0, data.length + 2]);
    return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)]);
  };
  for (const [block, expected] of [
    ['8BIM\x04\x04\0\0\0\0\0\x08\x1c\x02\x78\0\x03Lab', /IPTC \(caption, author\) is not taken over/],
    ['8BIM\x04\x0a\0\0\0\0\0\x04\0\0\0\0', /^$/],
  ] as const) {
    const notes: string[] = [];
    writeFileSync(inside('iptc.jpg'), withBlock(block));
    await readPhotograph(inside('iptc.jpg'), { onNote: (note) => notes.push(note) });
    assert.match(notes.join(), expected);
  }
});
