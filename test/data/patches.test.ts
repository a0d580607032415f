import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { emptyBatch, fillBatch } from '../../src/data/batches';
import { loadDataset } from '../../src/data/datasets';
import { preparePatches } from '../../src/data/patches';
import { DatasetError, OptionError, UnknownNameError } from '../../src/errors';
import { luminance } from '../../src/image/color';
import { readImage, writeImage } from '../../src/image/files';
import { imresize } from '../../src/image/resize';
import { imageOf, planesOf } from '../../src/protocols/planes';

let folder: string;
const picture = (name: string) => join(folder, name);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srcnn-patches-'));
  for (const [name, width, height] of [
    ['wide.png', 90, 65],
    ['small.png', 20, 20],
  ] as const) {
    await writeImage(picture(name), {
      data: Uint8Array.from({ length: width * height }, (_, i) => (i * 7) % 251),
      width,
      height,
      channels: 1,
    });
  }
});
after(() => rm(folder, { recursive: true }));

test('seed patches start every 13 pixels of the top-left square whose side is a multiple of 8', async () => {
  const { patches } = await preparePatches([picture('wide.png')]);
  assert.deepEqual([patches.pictures[0].width, patches.pictures[0].height], [64, 64]);
  // range(0, 64 - 32, 13) in Python
  assert.deepEqual([...new Set(patches.x)], [0, 13, 26]);
  assert.equal(patches.count, 9);
});

test('a picture too small for a patch is skipped and listed; it is an error if no picture is left', async () => {
  const { patches, skipped } = await preparePatches([picture('small.png'), picture('wide.png')]);
  assert.equal(patches.pictures.length, 1);
  assert.match(skipped[0].reason, /small\.png.*16x16/);
  await assert.rejects(preparePatches([picture('small.png')]), DatasetError);
  await assert.rejects(preparePatches([]), DatasetError);
});

test('scale, size and stride out of range are refused by name', async () => {
  for (const wrong of [
    { scale: 0 },
    { scale: 2.5 },
    { size: 0 },
    { stride: -1 },
    { sizes: [] },
    { sizes: [1, 1.5] },
    { sizes: [0] },
  ])
    await assert.rejects(preparePatches([picture('wide.png')], wrong), OptionError);
});

test('at more sizes a picture gives the patches of itself and of its shrunk versions', async () => {
  const options = { protocol: 'paper', size: 12 };
  const { patches, skipped } = await preparePatches([picture('wide.png'), picture('small.png')], {
    ...options,
    sizes: [1, 0.8, 0.5],
  });
  const sides = patches.pictures.map(({ width, height }) => [width, height]);
  // Whole multiples of 3 in 90x65, 20x20, 72x52, 16x16 and 45x33; 10x10 holds no patch of 12.
  assert.deepEqual(sides, [
    [90, 63],
    [18, 18],
    [72, 51],
    [15, 15],
    [45, 33],
  ]);
  assert.match(skipped[0].reason, /small\.png at 0\.5 of its size: the 9x9 pixels/);
  const { patches: alone } = await preparePatches([picture('wide.png'), picture('small.png')], options);
  assert.deepEqual(patches.pictures.slice(0, 2), alone.pictures);
  const [grey] = planesOf(await readImage(picture('wide.png')));
  const shrunk = imresize(grey, 45, 33, { rounding: 'each-pass' });
  const { data } = luminance(imageOf([shrunk, shrunk, shrunk]), 'studio');
  assert.deepEqual([...patches.pictures[4].target], [...data]);
});

test('a batch holds the normalised values of the patches that the order names', async () => {
  const { patches } = await preparePatches([picture('wide.png')], { size: 16 });
  const normalization = { mean: 0.25, deviation: 0.5 };
  const batch = fillBatch(patches, Uint32Array.of(3, 5), 1, 1, normalization, emptyBatch());
  const { target, width } = patches.pictures[0];
  const at = (x: number, y: number) => target[(patches.y[5] + y) * width + patches.x[5] + x];
  assert.equal(batch.target.data[16 * 2 + 9], Math.fround((at(9, 2) / 255 - 0.25) / 0.5));
  assert.notDeepEqual(batch.input.data, batch.target.data);
  assert.equal(fillBatch(patches, Uint32Array.of(0), 0, 1, normalization, batch).input.data, batch.input.data);
});

test('symmetries turn and mirror degraded and original patch alike, each of the eight in its own way', async () => {
  const { patches } = await preparePatches([picture('wide.png')], { size: 16 });
  const plain = { mean: 0, deviation: 1 };
  const turned = (symmetry: number) =>
    fillBatch(patches, Uint32Array.of(5), 0, 1, plain, emptyBatch(), Uint8Array.of(symmetry));
  const { input, target } = turned(0);
  const seen = new Set<string>();
  for (let symmetry = 0; symmetry < 8; symmetry++) {
    const batch = turned(symmetry);
    const source = (x: number, y: number) => {
      const [u, v] = symmetry & 4 ? [y, x] : [x, y];
      return (symmetry & 2 ? 15 - v : v) * 16 + (symmetry & 1 ? 15 - u : u);
    };
    for (const [x, y] of [
      [0, 0],
      [3, 0],
      [0, 11],
      [9, 2],
    ]) {
      assert.equal(batch.input.data[16 * y + x], input.data[source(x, y)]);
      assert.equal(batch.target.data[16 * y + x], target.data[source(x, y)]);
    }
    seen.add(batch.target.data.join());
  }
  assert.equal(seen.size, 8);
});

test('the sample has seven training, one validation and one evaluation photograph', async () => {
  const { training, validation, evaluation } = await loadDataset('sample');
  assert.deepEqual([training.length, validation.length, evaluation.length], [7, 1, 1]);
  const { patches } = await preparePatches(validation);
  // nagasaki-boats is 1024x819: a square of 816, range(0, 784, 13) both ways.
  assert.equal(patches.count, 61 ** 2);
  await assert.rejects(loadDataset('set6'), UnknownNameError);
});

const skip = process.env.SRCNN_DATA_DIR ? false : 'SRCNN_DATA_DIR is not set';
test("the report's training set has 216,361 pairs with its mean and deviation", { skip }, async () => {
  const { training } = await loadDataset('bsds500');
  const { patches } = await preparePatches(training);
  assert.equal(training.length, 409);
  assert.equal(patches.count, 216361);
  assert.equal(Math.floor(patches.count / 128), 1690);
  // Of the true pictures; a histogram, so that the sums stay whole numbers.
  const histogram = new Float64Array(256);
  for (let i = 0; i < patches.count; i++) {
    const { target, width } = patches.pictures[patches.picture[i]];
    for (let y = 0; y < 32; y++)
      for (let x = 0; x < 32; x++) histogram[target[(patches.y[i] + y) * width + patches.x[i] + x]]++;
  }
  const total = patches.count * 1024;
  const mean = histogram.reduce((sum, count, value) => sum + (count * value) / 255, 0) / total;
  const deviation = Math.sqrt(
    histogram.reduce((sum, count, value) => sum + count * (value / 255 - mean) ** 2, 0) / total,
  );
  assert.ok(Math.abs(mean - 0.4339963) < 1e-6, `mean ${mean}`);
  assert.ok(Math.abs(deviation - 0.2319944) < 1e-6, `deviation ${deviation}`);
});

test('in colours a picture has three planes, and a batch has each patch of all of them', async () => {
  const [width, height] = [90, 65];
  const image = { data: Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 11) % 253), width, height };
  await writeImage(picture('colours.png'), { ...image, channels: 3 });
  const options = { protocol: 'paper', size: 12 };
  const { patches } = await preparePatches([picture('colours.png')], { ...options, colours: 'rgb' });
  const [{ target, width: across, height: down }] = patches.pictures;
  assert.deepEqual([target.length, across, down], [3 * 90 * 63, 90, 63]);
  const batch = fillBatch(patches, Uint32Array.of(7), 0, 1, { mean: 0, deviation: 1 }, emptyBatch());
  assert.equal(batch.target.channels, 3);
  for (const channel of [0, 1, 2]) {
    const value = image.data[3 * ((patches.y[7] + 2) * width + patches.x[7] + 5) + channel];
    assert.equal(batch.target.data[channel * 144 + 2 * 12 + 5], Math.fround(value / 255));
  }
  const { patches: ycbcr } = await preparePatches([picture('colours.png')], { ...options, colours: 'ycbcr' });
  const { patches: luma } = await preparePatches([picture('colours.png')], options);
  assert.deepEqual(ycbcr.pictures[0].input.slice(0, 90 * 63), luma.pictures[0].input);
});
