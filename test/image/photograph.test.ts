import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { OptionError } from '../../src/errors';
import { upscale } from '../../src/evaluation/upscale';
import { readImage, readPhotograph, writeImage } from '../../src/image/files';
import { initialize } from '../../src/network/initialize';
import { type Photograph, toEightBits } from '../../src/image/photograph';
import { goldenImage } from '../golden/image';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-photograph-'));
const inside = (name: string) => join(folder, name);
after(() => rmSync(folder, { recursive: true }));

let profile: Buffer;
before(async () => {
  await sharp(goldenImage().data, { raw: { width: 37, height: 29, channels: 3 } })
    .withIccProfile('p3')
    .png()
    .toFile(inside('p3.png'));
  profile = (await sharp(inside('p3.png')).metadata()).icc!;
});

for (const kind of ['png', 'tif', 'webp', 'jpg']) {
  test(`a colour profile goes into ${kind} byte for byte, and the numbers stay`, async () => {
    const alpha = kind === 'jpg' ? {} : { alpha: Uint8Array.from({ length: 37 * 29 }, (_, i) => i % 256) };
    const photograph = { ...goldenImage(), ...alpha };
    await writeImage(inside(`plain.${kind}`), photograph);
    await writeImage(inside(`profile.${kind}`), { ...photograph, profile });
    const back = await readPhotograph(inside(`profile.${kind}`));
    assert.ok(back.profile!.equals(profile));
    assert.deepEqual(
      { ...back, profile: undefined },
      { ...(await readPhotograph(inside(`plain.${kind}`))), profile: undefined },
    );
  });
}

test('BMP has no room for a profile: the colours are converted to sRGB', async () => {
  // Display P3 (200, 50, 50) by hand: linear 0.578, 0.032, 0.032, times the matrix from P3 to sRGB gives 0.701,
  // 0.009, 0.021.
  const data = Uint8Array.from({ length: 300 }, (_, i) => [200, 50, 50][i % 3]);
  await writeImage(inside('converted.bmp'), { data, width: 10, height: 10, channels: 3, profile });
  const [red, green] = (await readImage(inside('converted.bmp'))).data;
  assert.ok(Math.abs(red - 217) <= 3 && Math.abs(green - 23) <= 5, `${red}, ${green}`);
});

for (const channels of [1, 3] as const) {
  const photograph = {
    data: Uint16Array.from({ length: 20 * 10 * channels }, (_, i) => (i * 977) % 65536),
    width: 20,
    height: 10,
    channels,
  };
  for (const kind of ['png', 'tif']) {
    test(`16 bits and ${channels} channels come back from ${kind} sample by sample, with alpha too`, async () => {
      await writeImage(inside(`wide.${kind}`), photograph);
      assert.deepEqual(await readPhotograph(inside(`wide.${kind}`)), photograph);
      const alpha = Uint16Array.from({ length: 200 }, (_, i) => (i * 331) % 65536);
      await writeImage(inside(`clear.${kind}`), { ...photograph, alpha });
      assert.deepEqual(await readPhotograph(inside(`clear.${kind}`)), { ...photograph, alpha });
    });
  }
  test(`16 bits and ${channels} channels are rounded to 8 where the format has no more`, async () => {
    await writeImage(inside('narrow.webp'), photograph);
    const expected = Uint8Array.from(photograph.data, (value) => Math.round((value * 255) / 65535));
    assert.deepEqual(toEightBits(photograph).data, expected);
    const { data } = await readPhotograph(inside('narrow.webp'));
    assert.deepEqual(
      data.filter((_, i) => data.length === expected.length || i % 3 === 0),
      expected,
    );
  });
}

test('16 bits and a colour profile go together', async () => {
  const photograph = {
    data: Uint16Array.from({ length: 600 }, (_, i) => (i * 977) % 65536),
    width: 20,
    height: 10,
    channels: 3 as const,
    profile,
  };
  for (const kind of ['png', 'tif']) {
    await writeImage(inside(`both.${kind}`), photograph);
    assert.deepEqual(await readPhotograph(inside(`both.${kind}`)), photograph);
  }
  assert.equal(readFileSync(inside('both.png'))[24], 16);
});

test('a CMYK photograph is read as RGB, without its profile', async () => {
  await sharp(goldenImage().data, { raw: { width: 37, height: 29, channels: 3 } })
    .toColorspace('cmyk')
    .withIccProfile('cmyk')
    .jpeg()
    .toFile(inside('cmyk.jpg'));
  assert.equal((await sharp(inside('cmyk.jpg')).metadata()).space, 'cmyk');
  const { channels, profile: none, data } = await readPhotograph(inside('cmyk.jpg'));
  assert.deepEqual([channels, none, data.length], [3, undefined, 37 * 29 * 3]);
});

test('samples that do not fit the size of a picture are refused, not written as another picture', async () => {
  const whole: Photograph = { data: new Uint8Array(36), width: 4, height: 3, channels: 3 };
  const model = initialize('9-1-5');
  const wrong: [object, RegExp][] = [
    [{ data: new Uint8Array(24) }, /data has 24 samples, but 4x3 pixels of 3 channels have 36/],
    [{ data: new Float32Array(36) }, /data is no Uint8Array or Uint16Array/],
    [{ alpha: new Uint8Array(3) }, /alpha has 3 samples, but 4x3 pixels of 1 channel have 12/],
    [{ width: 0, data: new Uint8Array(0) }, /the picture is 0x3/],
    [{ width: 4.5 }, /the picture is 4\.5x3/],
  ];
  for (const [changes, pattern] of wrong) {
    const picture: Photograph = { ...whole, ...changes };
    const refused = (error: Error) => error instanceof OptionError && pattern.test(error.message);
    await assert.rejects(writeImage(inside('wrong.png'), picture), refused);
    await assert.rejects(upscale(picture, { model }), refused);
  }
});
