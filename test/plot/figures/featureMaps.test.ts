import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import type { Engine } from '../../../src/engine/engine';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import { OptionError } from '../../../src/errors';
import { layerOutputs } from '../../../src/evaluation/layerOutputs';
import { predict } from '../../../src/evaluation/predict';
import type { Image } from '../../../src/image/image';
import { networkNamed } from '../../../src/network/families/families';
import { srcnn } from '../../../src/network/families/srcnn';
import { initialize } from '../../../src/network/initialize';
import { featureMaps } from '../../../src/plot/figures/featureMaps';
import { figureSvg } from '../../../src/plot/picture';

let engine: Engine;
before(async () => void (engine = await createWasmEngine({ threads: 1 })));
after(() => engine.close());

const [width, height] = [48, 36];
const image: Image = {
  data: Uint8Array.from({ length: width * height }, (_, i) => (7 * (i % width) + 3 * Math.floor(i / width)) % 256),
  width,
  height,
  channels: 1,
};
const plane = { data: Float32Array.from(image.data), width, height };

test('the output of the first layer is its filter over the normalised picture, rectified', async () => {
  const network = srcnn({ kernels: [3, 1], filters: [2] });
  const model = initialize(network);
  // The second filter takes the pixel at the left, minus 0.1.
  model.weights.fill(0);
  model.weights[9 + 3] = 1;
  model.weights[18 + 1] = -0.1;
  const [first] = await layerOutputs(model, plane, engine);
  const { mean, deviation } = model.normalization;
  const expected = Math.max(0, (plane.data[5 * width + 8] / 255 - mean) / deviation - 0.1);
  assert.equal(first.planes.length, 2);
  assert.ok(Math.abs(first.planes[1].data[5 * width + 9] - expected) < 1e-5);
  assert.ok(first.planes[0].data.every((value) => value === 0));
});

test("the last layer's output is the network's own, and each layer has as many maps as filters", async () => {
  const model = { ...initialize('9-1-5'), padding: 'reflect' as const };
  const outputs = await layerOutputs(model, plane, engine);
  assert.deepEqual(
    outputs.map(({ planes }) => planes.length),
    [64, 32, 1],
  );
  const { mean, deviation } = model.normalization;
  const normal = { ...plane, data: plane.data.map((value) => (value / 255 - mean) / deviation) };
  const [whole] = await predict(model, engine, [normal]);
  outputs[2].planes[0].data.forEach((value, i) => assert.ok(Math.abs(value - whole.data[i]) < 1e-5));
});

test('a figure has a row of maps for each layer, black to white, for networks on either picture', async () => {
  for (const [name, rows, side] of [
    ['9-1-5', [1, 4, 4, 1], 24],
    ['fsrcnn', [1, 4, 4, 4, 4, 4, 4, 4], 8],
  ] as const) {
    const model = initialize(networkNamed(name, { scale: 3 }));
    const figure = await featureMaps(image, model, { engine, maps: 4, crop: { x: 12, y: 6, width: 24, height: 24 } });
    const tiles = figure.layout.images as { source: string; y: number }[];
    assert.equal(
      tiles.length,
      rows.reduce<number>((sum, count) => sum + count, 0),
    );
    const picture = sharp(Buffer.from(tiles[1].source.split(',')[1], 'base64'));
    const { data, info } = await picture.extractChannel(0).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([Math.min(...data), Math.max(...data), info.width % side], [0, 255, 0]);
    assert.ok((await figureSvg(figure)).includes('layer 1: 4 of'));
  }
});

test('colours, a number of maps out of range and a part outside are refused by name', async () => {
  const rgb = initialize(srcnn({ kernels: [9, 1, 5], channels: 3 }));
  await assert.rejects(featureMaps(image, rgb, { engine }), /reads colours/);
  const model = initialize('9-1-5');
  await assert.rejects(featureMaps(image, model, { engine, maps: 0 }), OptionError);
  const crop = { x: 40, y: 0, width: 24, height: 24 };
  await assert.rejects(featureMaps(image, model, { engine, crop }), OptionError);
});
