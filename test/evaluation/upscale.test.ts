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
import { networkNamed } from '../../src/network/families/families';
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
  // Colours of pixels that are hardly visible are not enlarged by themselves, so that none of these is here.
  const image = { ...goldenImage(), alpha: grey().data.map((value) => Math.max(16, value)) };
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

test('a grey picture and the same picture in RGB become the same, for any network on luminance', async () => {
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

test('an impossible scale, an unknown protocol, and a scale without weights are refused by name', async () => {
  await assert.rejects(upscale(grey(), { model: identity(), engine, scale: 2.5 }), OptionError);
  await assert.rejects(upscale(grey(), { engine, scale: 7 }), UnknownNameError);
  await assert.rejects(upscale(grey(), { model: identity(), engine, protocol: 'other' }), UnknownNameError);
});

test('weights on RGB enlarge a picture in RGB, and for a grey one they are refused by name', async () => {
  const model = initialize(networkNamed('espcn', { scale: 2, channels: 3 }));
  const rgb: Image = { ...grey(), channels: 3, data: new Uint8Array(3 * grey().data.length) };
  assert.equal((await upscale(rgb, { model, engine, scale: 2 })).channels, 3);
  await assert.rejects(
    upscale(grey(), { model, engine, scale: 2 }),
    (error: Error) =>
      error instanceof OptionError && /espcn restores colours, and the picture is grey/.test(error.message),
  );
});

/** An opaque disk of one colour, with an edge of one pixel, on invisible black. */
function disk(channels: 1 | 3, bits: 8 | 16): Photograph {
  const white = 2 ** bits - 1;
  const samples = (values: number[]) => (bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values));
  const color = channels === 1 ? [1] : [1, 220 / 255, 0];
  const alpha = Array.from({ length: 40 * 40 }, (_, i) => {
    const distance = Math.hypot((i % 40) - 19.5, Math.floor(i / 40) - 19.5);
    return Math.round(white * Math.min(1, Math.max(0, 14 - distance)));
  });
  const data = Array.from({ length: alpha.length * channels }, (_, i) =>
    alpha[Math.floor(i / channels)] ? Math.round(white * color[i % channels]) : 0,
  );
  return { data: samples(data), alpha: samples(alpha), width: 40, height: 40, channels };
}

for (const channels of [1, 3] as const)
  for (const bits of [8, 16] as const)
    test(`no rim is seen at a transparent edge, with ${channels} channels in ${bits} bits`, async () => {
      const small = disk(channels, bits);
      const before = small.data.slice();
      const { data, alpha } = await upscale(small, { engine });
      assert.deepEqual(small.data, before, 'the given picture stays as it is');
      const white = 2 ** bits - 1;
      const inner = 20 * 40 + 20;
      // Laid on its own colour the disk must vanish.
      let worst = 0;
      for (let i = 0; i < data.length; i++) {
        const own = small.data[inner * channels + (i % channels)];
        worst = Math.max(worst, (Math.abs(data[i] - own) * alpha![Math.floor(i / channels)]) / white);
      }
      assert.ok(worst <= white / 64, `${worst} of ${white}`);
    });

test('each page is enlarged by itself, with its own size, and progress counts them all', async () => {
  const second: Photograph = { ...noise(20, 10), resolution: { x: 300, y: 300 } };
  const progress: number[][] = [];
  const model = identity();
  const onProgress = (...rows: number[]) => progress.push(rows);
  const both: Photograph = { ...grey(), pages: [second] };
  const large = await upscale(both, { model, engine, scale: 2, onProgress });
  assert.deepEqual(large.pages, [await upscale(second, { model, engine, scale: 2 })]);
  assert.deepEqual(large.data, (await upscale(grey(), { model, engine, scale: 2 })).data);
  assert.deepEqual(progress, [
    [29, 39],
    [39, 39],
  ]);
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
