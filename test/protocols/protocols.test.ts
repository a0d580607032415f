import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { area } from '../../src/degradations/area';
import { OptionError, UnknownNameError } from '../../src/errors';
import { evaluate } from '../../src/evaluation/evaluate';
import { restoreImage } from '../../src/evaluation/restoreImage';
import { luminance } from '../../src/image/color';
import { imageFiles, writeImage } from '../../src/image/files';
import type { Image } from '../../src/image/image';
import { pillowRgb } from '../../src/image/pillowRgb';
import { initialize } from '../../src/network/initialize';
import { byHand } from '../../src/protocols/byHand';
import { cropToScale } from '../../src/protocols/planes';
import { isKnownProtocol, protocolOf, protocols } from '../../src/protocols/protocols';

/** Numbers of Pillow, scipy and numpy, made by makeProtocolsGolden.py. */
const golden = JSON.parse(readFileSync(join(__dirname, '..', 'golden', 'protocols.json'), 'utf8')) as {
  width: number;
  height: number;
  rgb: string;
  bicubic: { protocol: string; scale: number; psnr: number }[];
  blocks: string;
  ycbcr: string;
  ycbcrAsRgb: string;
};
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const picture: Image = { data: bytes(golden.rgb), width: golden.width, height: golden.height, channels: 3 };

let folder = '';
let file = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srcnn-protocols-'));
  file = join(folder, 'picture.png');
  await writeImage(file, picture);
});
after(() => rm(folder, { recursive: true }));

for (const name of new Set(golden.bicubic.map(({ protocol }) => protocol))) {
  test(`bicubic under protocol ${name} scores as Pillow, scipy and numpy do`, async () => {
    for (const { protocol, scale, psnr } of golden.bicubic.filter((each) => each.protocol === name)) {
      const { summary } = await evaluate([file], { protocol, scale });
      assert.ok(Math.abs(summary.bicubic.psnr - psnr) < 1e-6, `x${scale}: ${summary.bicubic.psnr}, not ${psnr}`);
    }
  });
}

test('blocks are averaged and rounded as numpy does it', () => {
  const small = area.shrink(cropToScale(luminance(picture, 'full'), 3), 3, 0);
  assert.deepEqual([...small.data], [...bytes(golden.blocks)]);
});

test("Pillow's way from YCbCr to RGB is followed to the last bit", () => {
  const all = bytes(golden.ycbcr);
  const plane = (channel: number) => ({
    data: Float32Array.from({ length: all.length / 3 }, (_, i) => all[3 * i + channel]),
    width: all.length / 3,
    height: 1,
  });
  const rgb = pillowRgb({ y: plane(0), cb: plane(1), cr: plane(2) });
  assert.deepEqual(rgb.data, bytes(golden.ycbcrAsRgb));
});

const networks = { enlarged: initialize('9-1-5'), small: initialize('espcn', { scale: 3 }) };
const everyProtocol = [...protocols.map(({ name }) => name), 'shrink=area,score=rgb', 'shrink=pillow,score=y-full'];

for (const name of everyProtocol) {
  test(`networks on enlarged and on small pictures are scored and shown under protocol ${name}`, async () => {
    for (const model of Object.values(networks)) {
      const { summary } = await evaluate([file], { protocol: name, scale: 3, model });
      const { original, restored } = await restoreImage(picture, { protocol: name, scale: 3, model });
      assert.ok(Number.isFinite(summary.network!.psnr), model.network.name);
      assert.deepEqual([restored.width, restored.height], [original.width, original.height]);
    }
  });
}

test('a protocol put together by hand has one name, whichever way it is written, and other threads know it', () => {
  const made = byHand({ shrink: 'pillow', sigma: 1.5, score: 'rgb', border: 4 });
  assert.equal(made.name, 'shrink=pillow,sigma=1.5,score=rgb,border=4');
  assert.equal(protocolOf('border=4,score=rgb,shrink=pillow,sigma=1.5'), made);
  assert.ok(isKnownProtocol(made));
  assert.equal(protocolOf('score=grey').name, byHand({ score: 'grey' }).name);
});

test('parts that do not exist are refused by name', () => {
  assert.throws(() => protocolOf('shrink=lanczos'), UnknownNameError);
  assert.throws(() => protocolOf('score=cmyk'), UnknownNameError);
  assert.throws(() => protocolOf('shrink=area,blur=2'), /a part "blur"; use shrink=pillow\|matlab/);
  assert.throws(() => protocolOf('sigma=-1'), OptionError);
  assert.throws(() => protocolOf('border=1.5'), OptionError);
});

const data = process.env.SRCNN_DATA_DIR ?? '';
const skipWithout = (...path: string[]) =>
  data && existsSync(join(data, ...path)) ? false : `SRCNN_DATA_DIR has no ${path.join('/')}`;

test(
  "bicubic under protocol report-y has the score in the public weights' logs",
  { skip: skipWithout('eval219') },
  async () => {
    const set5 = ['baby', 'bird', 'butterfly', 'head', 'woman'].map((name) => join(data, 'eval219', `${name}.png`));
    const { summary } = await evaluate(set5, { protocol: 'report-y', scale: 3 });
    assert.equal(summary.bicubic.psnr.toFixed(6), '28.016224');
  },
);

const bsds500 = skipWithout('bsds500', 'test');

/** With libjpeg-turbo's decoder; kerasBicubic.py gives the published 26.6879 with libjpeg 9's. */
test("bicubic has Pillow's score on the ten pictures of keras.io's example", { skip: bsds500 }, async () => {
  const files = (await imageFiles(join(data, 'bsds500', 'test'))).sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
  const { summary } = await evaluate(files.slice(50, 60), { protocol: 'keras', scale: 3, measures: ['psnr'] });
  assert.equal(summary.bicubic.psnr.toFixed(6), '26.735732');
});

test("bicubic has the paper's scores on BSD200", { skip: bsds500 }, async () => {
  const files = await imageFiles(join(data, 'bsds500', 'test'));
  const { rows, summary } = await evaluate(files, { protocol: 'bsd200', scale: 3, measures: ['psnr'] });
  assert.equal(summary.bicubic.psnr.toFixed(2), '25.94');
  // The report's repository lacks one of the 200.
  const others = rows.filter((row) => row.file !== '393035.jpg');
  assert.equal(others.length, 199);
  assert.equal((others.reduce((sum, row) => sum + row.bicubic.psnr, 0) / 199).toFixed(3), '25.945');
});

test('a picture that is too small is skipped by name, and a grey one is scored', async () => {
  const tiny = join(folder, 'tiny.png');
  await writeImage(tiny, { data: new Uint8Array(12), width: 2, height: 2, channels: 3 });
  const grey = join(folder, 'grey.png');
  await writeImage(grey, { ...picture, data: picture.data.filter((_, i) => i % 3 === 0), channels: 1 });
  for (const protocol of everyProtocol) {
    const { skipped, rows } = await evaluate([tiny, grey], { protocol, scale: 3 });
    assert.match(skipped[0].reason, /2 x 2 cannot be shrunk by 3/, protocol);
    assert.equal(rows.length, 1);
  }
});
