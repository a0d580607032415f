import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodeBmp, encodeBmp } from '../../src/image/bmp';
import { decode } from '../../src/image/decode';
import type { Photograph } from '../../src/image/photograph';

interface Fields {
  width?: number;
  height?: number;
  bits: number;
  compression?: number;
  size?: number;
  start?: number;
  colors?: number;
  /** Bytes behind the first 40 of the header. */
  more?: number[];
}

/** Little endian numbers of 32 bits. */
const longs = (...values: number[]) => [...new Uint8Array(Uint32Array.from(values).buffer)];

function bmp(
  { width = 2, height = 2, bits, compression = 0, size = 40, start, colors = 0, more = [] }: Fields,
  pixels: number[],
) {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(size, 0);
  header.writeInt32LE(width, 4);
  header.writeInt32LE(height, 8);
  header.writeUInt32LE(1 + bits * 65536, 12);
  header.writeUInt32LE(compression, 16);
  header.writeUInt32LE(colors, 32);
  const begin = Buffer.from(['B'.charCodeAt(0), 'M'.charCodeAt(0), ...longs(0, 0, start ?? 54 + more.length)]);
  return Buffer.concat([begin, header, Buffer.from(more), Buffer.from(pixels)]);
}

function read(file: Buffer): Photograph {
  const picture = decodeBmp(file);
  assert.ok(!('embedded' in picture));
  return picture;
}

test('16 bits have five bits a colour, or those that the masks say, spread over 0 to 255', () => {
  const pixels = [0x1f, 0, 0xe0, 0x03, 0x00, 0x7c, 0xff, 0x7f];
  assert.deepEqual([...read(bmp({ bits: 16 }, pixels)).data], [255, 0, 0, 255, 255, 255, 0, 0, 255, 0, 255, 0]);
  const masks = longs(0xf800, 0x7e0, 0x1f);
  const image = read(bmp({ bits: 16, compression: 3, more: masks }, [0x10, 0, 0xe0, 0x07, 0x00, 0x08, 0, 0]));
  assert.deepEqual([...image.data], [8, 0, 0, 0, 0, 0, 0, 0, 132, 0, 255, 0], '1 of 31 is 8, 16 of 31 is 132');
});

test('alpha comes by its mask, in any order of bytes, behind the header or in it; alpha of only 0 is ignored', () => {
  const [rgba, colors] = [longs(0xff, 0xff00, 0xff0000, 0xff000000), [10, 20, 30, 40, 50, 60, 70, 80]];
  const size = { width: 2, height: 1, bits: 32 };
  for (const fields of [
    { ...size, compression: 6, more: rgba },
    { ...size, compression: 3, size: 56, more: rgba },
    { ...size, compression: 3, size: 124, more: [...rgba, ...Array(68).fill(0)] },
  ]) {
    const { data, alpha } = read(bmp(fields, colors));
    assert.deepEqual(
      [[...data], [...alpha!]],
      [
        [10, 20, 30, 50, 60, 70],
        [40, 80],
      ],
    );
    assert.equal(read(bmp(fields, [10, 20, 30, 0, 50, 60, 70, 0])).alpha, undefined);
  }
  assert.equal(read(bmp(size, colors)).alpha, undefined, 'without masks the fourth byte means nothing');
});

const palette = [0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0];

test('run lengths of 8, 4 and 24 bits are expanded: runs, single pixels, jumps, ends of lines', () => {
  const runs8 = [2, 1, 1, 2, 0, 0, 0, 3, 3, 2, 1, 0, 0, 1];
  const fields = { width: 3, colors: 4, more: palette };
  const expected = [9, 8, 7, 6, 5, 4, 3, 2, 1, 3, 2, 1, 3, 2, 1, 6, 5, 4];
  assert.deepEqual([...read(bmp({ ...fields, bits: 8, compression: 1 }, runs8)).data], expected);
  const downwards = read(bmp({ ...fields, height: -2, bits: 8, compression: 1 }, runs8));
  assert.deepEqual([...downwards.data], [...expected.slice(9), ...expected.slice(0, 9)], 'top line first');
  const runs4 = [2, 0x11, 1, 0x20, 0, 0, 0, 3, 0x32, 0x10, 0, 1];
  assert.deepEqual([...read(bmp({ ...fields, bits: 4, compression: 2 }, runs4)).data], expected);
  const runs24 = [2, 1, 2, 3, 1, 4, 5, 6, 0, 0, 0, 3, 7, 8, 9, 4, 5, 6, 1, 2, 3, 0, 0, 1];
  const os2 = { width: 3, bits: 24, compression: 4, size: 64, more: Array<number>(24).fill(0) };
  assert.deepEqual([...read(bmp(os2, runs24)).data], expected);
  const jump = read(bmp({ ...fields, bits: 8, compression: 1 }, [0, 2, 1, 1, 1, 3, 0, 1]));
  assert.deepEqual([...jump.data], [0, 0, 0, 9, 8, 7, ...Array<number>(12).fill(0)], 'one to the right and one up');
  assert.throws(() => read(bmp({ ...fields, bits: 8, compression: 1 }, runs8.slice(0, 9))), /cut short/);
});

test('the headers of OS/2 are read, whose old palette has three bytes a colour', () => {
  const header = [12, 0, 0, 0, 2, 0, 1, 0, 1, 0, 1, 0];
  const file = Buffer.from([...Buffer.from('BM'), ...longs(0, 0, 32), ...header, 1, 2, 3, 4, 5, 6, 0x40, 0, 0, 0]);
  assert.deepEqual([...read(file).data], [3, 2, 1, 6, 5, 4]);
  const short = bmp({ bits: 24, width: 1, height: 1, size: 16, start: 30 }, []).subarray(0, 30);
  assert.deepEqual([...read(Buffer.concat([short, Buffer.from([1, 2, 3, 0])])).data], [3, 2, 1]);
});

test('pixels said to begin at 0 or inside of the header begin behind it', () => {
  const pixels = [1, 2, 3, 0];
  for (const start of [0, 14, 53])
    assert.deepEqual([...read(bmp({ bits: 24, width: 1, height: 1, start }, pixels)).data], [3, 2, 1]);
  const masks = longs(0xff0000, 0xff00, 0xff);
  const masked = bmp({ bits: 32, compression: 3, width: 1, height: 1, start: 54, more: masks }, pixels);
  assert.deepEqual([...read(masked).data], [3, 2, 1]);
});

test('a header that is wrong, or ends early, is refused in plain words', () => {
  const masks = longs(0xff0000, 0xff00, 0xff);
  const whole = bmp({ bits: 32, compression: 3, more: masks }, Array<number>(16).fill(9));
  for (let length = 18; length < whole.length; length++)
    assert.throws(() => read(whole.subarray(0, length)), /^Error: it is cut short$/, `${length} bytes`);
  assert.throws(() => read(bmp({ bits: 24, width: 0 }, [])), /no pixels/);
  assert.throws(() => read(bmp({ bits: 13 }, [])), /13 bits per pixel.*save it as PNG/);
  assert.throws(() => read(bmp({ bits: 8, compression: 11 }, [])), /does not read \(11\); save it as PNG/);
  assert.throws(() => read(bmp({ bits: 24, compression: 1 }, [])), /contradicts itself/);
  assert.throws(
    () => read(bmp({ bits: 8, compression: 1, width: 30000, height: 30000 }, [0, 1])),
    /says 30000x30000 pixels, but the file has only \d+ bytes/,
  );
});

test('a PNG or JPEG inside of a BMP is read', async () => {
  const picture = sharp({ create: { width: 5, height: 4, channels: 3, background: '#102030' } });
  const options = { ignoreProfiles: false, onNote: assert.fail };
  const file = bmp({ bits: 0, compression: 5, width: 5, height: 4 }, [...(await picture.png().toBuffer())]);
  const { width, height, data } = await decode(file, options);
  assert.deepEqual([width, height, ...data.subarray(0, 3)], [5, 4, 16, 32, 48]);
  const jpeg = bmp({ bits: 0, compression: 4, width: 5, height: 4 }, [...(await picture.jpeg().toBuffer())]);
  assert.equal((await decode(jpeg, options)).height, 4);
});

test('a profile inside of a BMP and its resolution are read, and the resolution is written', () => {
  const more = Array<number>(84).fill(0);
  more.splice(0, 16, ...longs(0xff0000, 0xff00, 0xff, 0));
  more.splice(16, 4, ...longs(0x4d424544));
  more.splice(72, 8, ...longs(124 + 4, 5));
  const file = bmp({ bits: 24, width: 1, height: 1, size: 124, more }, [1, 2, 3, 0, 5, 6, 7, 8, 9]);
  file.writeUInt32LE(11811, 38);
  file.writeUInt32LE(11811, 42);
  const image = read(file);
  assert.deepEqual([...image.profile!], [5, 6, 7, 8, 9]);
  assert.equal(Math.round(image.resolution!.x), 300);
  const written = encodeBmp({ ...image, data: image.data as Uint8Array });
  assert.deepEqual([written.readUInt32LE(38), written.readUInt32LE(42)], [11811, 11811]);
});

test('a BMP of 12 MB takes less than two seconds to read and to write', () => {
  const [width, height] = [2048, 2048];
  for (const bits of [24, 32]) {
    const file = bmp({ bits, width, height }, []);
    const begin = performance.now();
    const image = read(Buffer.concat([file, Buffer.alloc((width * height * bits) / 8, 77)]));
    assert.ok(image.data.every((value) => value === 77));
    encodeBmp({ ...image, data: image.data as Uint8Array });
    assert.ok(performance.now() - begin < 2000);
  }
});

/** A BMP of Windows 5 whose header describes its colours: endpoints of red, green and blue, and the gammas. */
function calibrated(endpoints: number[], gammas: number[], space = 0): Buffer {
  const more = new Array<number>(84).fill(0);
  const put = (at: number, value: number) => more.splice(at - 54, 4, ...longs(value));
  put(70, space);
  endpoints.forEach((value, i) => put(74 + 4 * i, Math.round(value * 2 ** 30)));
  gammas.forEach((value, i) => put(110 + 4 * i, Math.round(value * 2 ** 16)));
  return bmp({ bits: 24, size: 124, more }, new Array<number>(16).fill(90));
}
const p3 = [0.68, 0.32, 0, 0.265, 0.69, 0.045, 0.15, 0.06, 0.79];
const srgb = [0.64, 0.33, 0.03, 0.3, 0.6, 0.1, 0.15, 0.06, 0.79];

test('colours that the header of a BMP describes become a profile, unless they are sRGB or left empty', () => {
  const profile = read(calibrated(p3, [2.2, 2.2, 2.2])).profile!;
  // The same profile as that of a PNG whose chunks say the same colours, red's XYZ as published for Display P3.
  const red = profile.indexOf('rXYZ') + 4;
  const at = profile.readUInt32BE(red) + 8;
  const xyz = [0, 4, 8].map((offset) => profile.readInt32BE(at + offset) / 65536);
  [0.5151, 0.2412, -0.0011].forEach((value, i) => assert.ok(Math.abs(xyz[i] - value) < 2e-4, String(xyz)));
  assert.equal(read(calibrated(srgb, [2.2, 2.2, 2.2])).profile, undefined);
  assert.equal(read(calibrated(new Array<number>(9).fill(0), [0, 0, 0])).profile, undefined);
});

test('colours of a BMP that no profile of the lab can say are noted', () => {
  const notes: string[] = [];
  const onNote = (note: string) => notes.push(note);
  decodeBmp(calibrated(p3, [2.2, 1.8, 2.2]), onNote);
  decodeBmp(calibrated(p3, [2.2, 2.2, 2.2], 0x4c494e4b), onNote);
  assert.match(notes[0], /gamma of each colour .* is its own/);
  assert.match(notes[1], /colour profile lies in another file/);
});
