import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import type { Plane } from '../../../src/image/image';
import type { Figure } from '../../../src/plot/figure';
import { errorMaps } from '../../../src/plot/figures/errorMaps';
import { figureSvg } from '../../../src/plot/picture';

const plane = (value: (x: number) => number): Plane => ({
  data: Float32Array.from({ length: 60 * 40 }, (_, i) => value(i % 60)),
  width: 60,
  height: 40,
});

async function levels(figure: Figure): Promise<number[][]> {
  const images = figure.layout.images as { source: string }[];
  return Promise.all(
    images.map(async ({ source }) => {
      const picture = sharp(Buffer.from(source.split(',')[1], 'base64')).extractChannel(0);
      const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
      return [data[0], data[info.width - 1]];
    }),
  );
}

test('all maps have one scale: white where equal, black from 32 levels, and the scale stands beside them', async () => {
  const truth = plane(() => 100);
  const restored = { bicubic: plane((x) => (x < 30 ? 100 : 140)), mine: plane((x) => (x < 30 ? 100 : 92)) };
  const scores = { bicubic: { psnr: 19.1 }, mine: { psnr: 33.08 } };
  const figure = await errorMaps(truth, restored, { scores });
  assert.deepEqual(await levels(figure), [
    [255, 0],
    [255, 191],
  ]);
  const svg = await figureSvg(figure);
  for (const text of ['bicubic', 'mine', '19.10', '33.08', '≥ 32', 'below: PSNR']) assert.ok(svg.includes(text), text);
});

test('each map has an edge, so that a white one is seen on a white page', async () => {
  const figure = await errorMaps(
    plane(() => 1),
    { mine: plane(() => 1) },
  );
  const [edge] = figure.layout.shapes as { x0: number; x1: number; y1: number }[];
  assert.deepEqual([edge.x0, edge.x1, edge.y1], [0, 1, 40 / 60]);
});

test('the map of a large picture has three pixels for two on the page', async () => {
  const large = { data: new Float32Array(1500 * 60).fill(9), width: 1500, height: 60 };
  const [{ source }] = (await errorMaps(large, { mine: large })).layout.images as { source: string }[];
  const { width, height } = await sharp(Buffer.from(source.split(',')[1], 'base64')).metadata();
  assert.deepEqual([width, height], [450, 18]);
});
