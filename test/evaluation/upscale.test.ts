import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { after, before, test } from 'node:test';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import type { Engine } from '../../src/engine/engine';
import { OptionError, UnknownNameError } from '../../src/errors';
import { upscale } from '../../src/evaluation/upscale';
import type { Photograph } from '../../src/image/photograph';
import type { Image } from '../../src/image/image';
import { imresize } from '../../src/image/resize';
import { difference, goldenImage } from '../golden/image';
import type { Model, TrainedFor } from '../../src/network/network';
import { initialize } from '../../src/network/initialize';

let engine: Engine;
before(async () => void (engine = await createWasmEngine({ threads: 2 })));
after(() => engine.close());

/** A network that gives back what it is given: what remains is bicubic. */
function identity(trainedFor?: TrainedFor): Model {
  const model = initialize(chain([{ filters: 1, kernel: 1, activation: 'linear' }]));
  model.weights.set([1, 0]);
  return { ...model, trainedFor };
}

const grey = (): Image => ({
  data: goldenImage().data.filter((_, i) => i % 3 === 1),
  width: 37,
  height: 29,
  channels: 1,
});

test('with a network that changes nothing, grey, colour and alpha are enlarged as by bicubic', async () => {
  const image = { ...goldenImage(), alpha: grey().data };
  for (const protocol of ['report', 'paper'] as const) {
    const large = await upscale(image, { model: identity(), engine, scale: 2, protocol });
    assert.deepEqual([large.width, large.height, large.channels], [74, 58, 3]);
    for (const channel of [0, 1, 2]) {
      const plane = { data: Float32Array.from(image.data.filter((_, i) => i % 3 === channel)), width: 37, height: 29 };
      const expected = imresize(plane, 74, 58).data.map((value) => Math.min(255, Math.max(0, value)));
      const own = large.data.filter((_, i) => i % 3 === channel);
      // Where the luma itself would leave 0..255 it is clipped before the chroma is added.
      assert.ok(own.filter((value, i) => Math.abs(value - expected[i]) > 0.51).length < 0.02 * own.length);
    }
    const alpha = imresize({ data: Float32Array.from(image.alpha), width: 37, height: 29 }, 74, 58).data;
    assert.ok(large.alpha!.every((value, i) => Math.abs(value - Math.min(255, Math.max(0, alpha[i]))) <= 0.51));
  }
});

test('a grey picture and the same picture in RGB become the same, for any network', async () => {
  const one = grey();
  const three: Image = {
    ...one,
    channels: 3,
    data: Uint8Array.from({ length: 3 * one.data.length }, (_, i) => one.data[Math.floor(i / 3)]),
  };
  const model = initialize('9-1-5', { seed: 5 });
  const [fromOne, fromThree] = [
    await upscale(one, { model, engine, scale: 3 }),
    await upscale(three, { model, engine, scale: 3 }),
  ];
  assert.equal(fromOne.channels, 1);
  assert.ok(
    difference(
      fromOne.data,
      fromThree.data.filter((_, i) => i % 3 === 0),
    ).largest <= 1,
  );
});

test('16 bits stay 16 bits, finer than the same picture in 8', async () => {
  const ramp: Photograph = {
    data: Uint16Array.from({ length: 64 * 8 }, (_, i) => 30000 + 7 * (i % 64)),
    width: 64,
    height: 8,
    channels: 1,
  };
  const large = await upscale(ramp, { model: identity(), engine, scale: 4 });
  assert.ok(large.data instanceof Uint16Array);
  assert.ok(new Set(large.data).size > 200, 'a ramp of 441 steps of 65535, hardly 2 of 255');
  assert.ok(large.data.every((value) => Math.abs(value - 30220) < 240));
});

for (const padding of ['zeros', 'reflect'] as const) {
  test(`a picture computed in several bands is the same as in one, with ${padding} at its border`, async () => {
    const layers = chain([
      { filters: 2, kernel: 9, activation: 'relu' },
      { filters: 1, kernel: 7, activation: 'linear' },
    ]);
    const model: Model = { ...initialize(layers, { seed: 2 }), padding };
    // Bands of a picture this wide are 20 rows high; its left part, narrower, is computed in one.
    const wide = noise(23000, 45);
    const bands: number[] = [];
    const large = await upscale(wide, { model, engine, scale: 3, onProgress: (done) => bands.push(done) });
    assert.deepEqual(bands, [20, 40, 45]);
    const columns = 100,
      beyond = 10;
    const part = await upscale(leftPart(wide, columns + beyond), { model, engine, scale: 3 });
    assert.ok(difference(leftPart(large, 3 * columns).data, leftPart(part, 3 * columns).data).largest <= 1);
  });
}

test('the scale and range are those the model was trained for, unless others are asked for', async () => {
  const trainedFor: TrainedFor = { protocol: 'paper', scale: 4, degradation: { sigma: 0 } };
  const model = { ...initialize('9-1-5', { seed: 5 }), trainedFor };
  const large = await upscale(grey(), { model, engine });
  assert.equal(large.width, 4 * 37);
  assert.deepEqual(
    large,
    await upscale(grey(), { model: { ...model, trainedFor: undefined }, engine, scale: 4, protocol: 'paper' }),
  );
  assert.notDeepEqual(large, await upscale(grey(), { model, engine, protocol: 'report' }));
});

test('a scale or protocol that is none, and a scale without weights, are refused by name', async () => {
  await assert.rejects(upscale(grey(), { model: identity(), engine, scale: 2.5 }), OptionError);
  await assert.rejects(upscale(grey(), { engine, scale: 7 }), UnknownNameError);
  await assert.rejects(upscale(grey(), { model: identity(), engine, protocol: 'other' }), UnknownNameError);
});

function noise(width: number, height: number): Image {
  return {
    data: Uint8Array.from({ length: width * height }, (_, i) => (Math.imul(i, 2654435761) >>> 13) & 255),
    width,
    height,
    channels: 1,
  };
}

function leftPart({ data, width, height }: Image, columns: number): Image {
  const part = new Uint8Array(columns * height);
  for (let y = 0; y < height; y++) part.set(data.subarray(y * width, y * width + columns), y * columns);
  return { data: part, width: columns, height, channels: 1 };
}
