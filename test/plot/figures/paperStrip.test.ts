import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { OptionError } from '../../../src/errors';
import type { Image } from '../../../src/image/image';
import type { Figure } from '../../../src/plot/figure';
import { errorMaps } from '../../../src/plot/figures/errorMaps';
import { paperStrip } from '../../../src/plot/figures/paperStrip';
import { figureSvg } from '../../../src/plot/picture';

type Tile = { source: string; x: number; y: number; sizex: number; sizey: number };
const tiles = (figure: Figure) => figure.layout.images as Tile[];
const texts = (figure: Figure) =>
  (figure.layout.annotations as { text: string }[]).map(({ text }) =>
    text.replace('<br>', ': ').replace(/<\/?b>/g, ''),
  );
const grey = (width: number, height: number, value: (x: number, y: number) => number): Image => ({
  data: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
  width,
  height,
  channels: 1,
});
const ramp = (add: number) => grey(120, 80, (x, y) => x + y + add);

/** First and last sample of a tile's picture. */
async function ends({ source }: Tile): Promise<number[]> {
  const data = await sharp(Buffer.from(source.split(',')[1], 'base64'))
    .extractChannel(0)
    .raw()
    .toBuffer();
  return [data[0], data.at(-1)!];
}

test('each picture stands whole with the same part enlarged in its corner and its scores below', async () => {
  const crop = { x: 30, y: 20, width: 40, height: 20 };
  const scores = { bicubic: { psnr: 25.7449, ssim: 0.81234 }, mine: { psnr: 27.3, ssim: 0.9 } };
  const figure = await paperStrip(ramp(2), { bicubic: ramp(0), mine: ramp(1) }, { crop, scores });
  const insets = tiles(figure).filter((_, i) => i % 2 === 1);
  // first pixel 30 + 20, last 69 + 39, and what each picture adds
  assert.deepEqual(await Promise.all(insets.map(ends)), [
    [52, 110],
    [50, 108],
    [51, 109],
  ]);
  const wholes = tiles(figure).filter((_, i) => i % 2 === 0);
  for (const [i, { x, y, sizex, sizey }] of insets.entries()) {
    assert.ok(Math.abs(x + sizex - wholes[i].x - wholes[i].sizex) < 1e-9, 'at the right edge');
    assert.ok(Math.abs(y + sizey - wholes[i].y - wholes[i].sizey) < 1e-9, 'at the bottom edge');
    assert.ok(Math.abs(sizex / sizey - 2) < 1e-9, 'in the shape of the part');
  }
  assert.deepEqual(texts(figure), ['original: PSNR / SSIM', 'bicubic: 25.74 / 0.8123', 'mine: 27.30 / 0.9000']);
  const svg = await figureSvg(figure);
  for (const text of ['25.74 / 0.8123', 'PSNR / SSIM']) assert.ok(svg.includes(text), text);
});

test('the enlarged part stands in a corner where it does not cover what is marked', async () => {
  const crop = { x: 84, y: 44, width: 36, height: 36 };
  const [whole, inset] = tiles(await paperStrip(ramp(0), { bicubic: ramp(1) }, { crop }));
  assert.equal(inset.x, whole.x);
  assert.ok(Math.abs(inset.y + inset.sizey - whole.y - whole.sizey) < 1e-9);
});

test('more than five pictures stand in rows of the same length', async () => {
  const restored = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, ramp(1)]));
  const places = tiles(await paperStrip(ramp(0), restored)).filter((_, i) => i % 2 === 0);
  assert.deepEqual(
    [...new Set(places.map(({ y }) => y))].map((row) => places.filter(({ y }) => y === row).length),
    [3, 3],
  );
});

test('other sizes, a crop outside and scores that belong to no picture are refused', async () => {
  const crop = { x: 100, y: 0, width: 40, height: 20 };
  await assert.rejects(paperStrip(ramp(0), { mine: ramp(1) }, { crop }), OptionError);
  const refused = (run: Promise<Figure>, message: RegExp) =>
    assert.rejects(run, (error: Error) => error instanceof OptionError && message.test(error.message));
  const small = grey(60, 40, () => 0);
  for (const figure of [paperStrip, errorMaps] as ((...given: Parameters<typeof paperStrip>) => Promise<Figure>)[]) {
    await refused(figure(ramp(0), {}), /no restored picture/);
    await refused(figure(ramp(0), { mine: small }), /mine is 60x40, the truth 120x80/);
    await refused(figure(ramp(0), { mine: ramp(1) }, { scores: { yours: { psnr: 1 } } }), /no such picture.*mine/);
    const lacking = { scores: { mine: { psnr: 1 } }, measures: ['psnr', 'ifc'] };
    await refused(figure(ramp(0), { mine: ramp(1) }, lacking), /the scores of mine have no ifc/);
  }
});
