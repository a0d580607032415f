import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import type { PatchSet } from '../../../src/data/patches';
import { OptionError } from '../../../src/errors';
import type { Image } from '../../../src/image/image';
import { beforeAfter, detailedCrop } from '../../../src/plot/figures/beforeAfter';
import type { Figure } from '../../../src/plot/figure';
import { filters } from '../../../src/plot/figures/filters';
import { samplePairs } from '../../../src/plot/figures/samplePairs';
import { initialize } from '../../../src/network/initialize';

type Tile = { source: string; x: number; y: number; sizex: number; sizey: number };
const tiles = (figure: Figure) => figure.layout.images as Tile[];
const texts = (figure: Figure) =>
  (figure.layout.annotations as { text: string }[]).map(({ text }) => text.replace(/<[^>]*>/g, ''));

/** The tile's picture, grey, and how many pixels it has a side. */
async function decoded({ source }: Tile): Promise<{ data: Buffer; width: number; height: number }> {
  const { data, info } = await sharp(Buffer.from(source.split(',')[1], 'base64'))
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/**
 * One 64 x 64 picture whose target is x + 8 y modulo 256 and whose input is 1 less; it has 64 patches of 8, every 4
 * pixels, all different.
 */
function patchSet(): PatchSet {
  const target = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i % 64) + 8 * Math.floor(i / 64));
  const corners = Array.from({ length: 64 }, (_, i) => [4 * (i % 8), 4 * Math.floor(i / 8)]);
  return {
    pictures: [{ input: target.map((value) => value - 1), target, width: 64, height: 64 }],
    picture: new Uint32Array(corners.length),
    x: Uint16Array.from(corners, ([x]) => x),
    y: Uint16Array.from(corners, ([, y]) => y),
    size: 8,
    count: corners.length,
    scale: 3,
    protocol: 'report',
    sigma: 1,
    reads: 'enlarged',
  };
}

test(
  'ten different pairs are drawn, each original below its own degraded patch, with ' + 'square crisp pixels',
  async () => {
    const figure = await samplePairs(patchSet());
    const rows = [0, 1].map((row) => tiles(figure).filter(({ y }) => (row === 0 ? y === 0 : y > 0)));
    assert.deepEqual(
      rows.map((row) => row.length),
      [10, 10],
    );
    assert.equal(new Set(rows[1].map(({ source }) => source)).size, 10);
    for (const [index, upper] of rows[0].entries()) {
      assert.equal(upper.x, rows[1][index].x);
      const [input, target] = await Promise.all([decoded(upper), decoded(rows[1][index])]);
      const magnify = target.width / 8;
      for (const [x, y] of [
        [0, 0],
        [5, 3],
        [7, 7],
      ]) {
        const at = (dx: number, dy: number) => (y * magnify + dy) * target.width + x * magnify + dx;
        assert.equal(target.data[at(0, 0)], (target.data[0] + x + 8 * y) % 256);
        assert.equal(target.data[at(magnify - 1, magnify - 1)], target.data[at(0, 0)]);
        assert.equal(input.data[at(0, 0)], (target.data[at(0, 0)] + 255) % 256);
      }
    }
    assert.deepEqual(texts(figure), ['degraded', 'original']);
  },
);

test('a seed draws the same pairs again, and another seed others', async () => {
  const sources = async (seed: number) =>
    tiles(await samplePairs(patchSet(), { count: 4, seed })).map(({ source }) => source);
  assert.deepEqual(await sources(1), await sources(1));
  assert.notDeepEqual(await sources(1), await sources(2));
  await assert.rejects(samplePairs(patchSet(), { count: 1000 }), OptionError);
});

const grey = (width: number, height: number, value: (x: number, y: number) => number): Image => ({
  data: Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width))),
  width,
  height,
  channels: 1,
});
const ramp = (add: number) => grey(120, 80, (x, y) => x + y + add);

test('the crop is cut from all three pictures at the same place, and marked there on the whole', async () => {
  const crop = { x: 30, y: 20, width: 40, height: 20 };
  const figure = await beforeAfter(
    { original: ramp(2), bicubic: ramp(0), restored: ramp(1) },
    { crop, scores: { bicubic: 25.7449, restored: 27.3 } },
  );
  const [whole, ...crops] = tiles(figure);
  const corners = await Promise.all(
    crops.map(async (tile) => {
      const { data, width, height } = await decoded(tile);
      assert.equal(width / height, 2);
      return [data[0], data[width * height - 1]];
    }),
  );
  // first pixel 30 + 20, last 69 + 39, and what each picture adds
  assert.deepEqual(corners, [
    [50, 108],
    [51, 109],
    [52, 110],
  ]);
  const [mark] = figure.layout.shapes as { x0: number; x1: number; y0: number; y1: number }[];
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
  near((mark.x0 - whole.x) / whole.sizex, 30 / 120);
  near((mark.x1 - whole.x) / whole.sizex, 70 / 120);
  near((mark.y0 - whole.y) / whole.sizey, 20 / 80);
  near((mark.y1 - whole.y) / whole.sizey, 40 / 80);
  assert.deepEqual(texts(figure), ['bicubic  25.74 dB', 'network  27.30 dB', 'original']);
});

test('the default crop is where the fine detail is, not the strongest edge', () => {
  const chequered = grey(128, 128, (x, y) => (x >= 64 && y >= 64 ? 100 + 40 * ((x + y) % 2) : x < 30 ? 0 : 255));
  assert.deepEqual(detailedCrop(chequered), { x: 64, y: 64, width: 32, height: 32 });
  assert.deepEqual(detailedCrop(grey(20, 12, () => 7)), { x: 0, y: 0, width: 12, height: 12 });
});

test('pictures of two sizes and a crop outside are refused', async () => {
  const images = { original: ramp(2), bicubic: ramp(0), restored: ramp(1) };
  await assert.rejects(beforeAfter({ ...images, bicubic: grey(60, 40, () => 0) }), /bicubic is 60x40, original 120x80/);
  for (const crop of [
    { x: 100, y: 0, width: 40, height: 20 },
    { x: -1, y: 0, width: 40, height: 20 },
    { x: 0, y: 0, width: 0, height: 20 },
  ]) {
    await assert.rejects(beforeAfter(images, { crop }), OptionError);
  }
});

test(
  'all 64 filters are shown, the strongest first, each with 0 in mid-grey and its ' + 'largest weight black or white',
  async () => {
    const model = initialize('9-1-7', { seed: 3 });
    model.weights.fill(0, 5 * 81, 6 * 81);
    model.weights[5 * 81] = -90;
    model.weights[5 * 81 + 80] = 45;
    const shown = tiles(await filters(model));
    assert.equal(shown.length, 64);
    assert.equal(new Set(shown.map(({ x, y }) => `${x} ${y}`)).size, 64);
    const { data, width } = await decoded(shown[0]);
    assert.equal(width % 9, 0);
    assert.deepEqual(
      [data[0], data[width * Math.floor(width / 2) + Math.floor(width / 2)], data[width * width - 1]],
      [0, 128, 191],
    );
  },
);
