import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import type { Engine } from '../../../src/engine/engine';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import { restoreImage } from '../../../src/evaluation/restoreImage';
import { cut } from '../../../src/image/crop';
import type { Image } from '../../../src/image/image';
import { psnr } from '../../../src/measures/psnr';
import { Preview } from '../../../src/plot/notebook/preview';
import { PreviewPart } from '../../../src/plot/notebook/previewPart';
import type { Model } from '../../../src/network/network';
import { modelFor, completeOptions, train } from '../../../src/training/train';
import { waves } from '../../training/toyPatches';

let engine: Engine;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
});
after(() => engine.close());

/** Coloured waves with sharp edges: every pixel differs from its neighbours. */
const picture: Image = {
  width: 181,
  height: 152,
  channels: 3,
  data: Uint8Array.from({ length: 181 * 152 * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 181, Math.floor(i / 543)];
    return Math.round(127 + 80 * Math.sin(x / 3 + y / 7 + (i % 3)) + (x % 17 < 8 ? 30 : -30));
  }),
};
const pixels = async (png: Buffer) => [...(await sharp(png).raw().toBuffer())];

for (const protocol of ['report', 'paper']) {
  for (const crop of [
    { x: 70, y: 61, width: 20, height: 16 },
    { x: 0, y: 0, width: 12, height: 12 },
  ])
    test(`a preview at ${crop.x}, ${crop.y} shows what the whole picture has there, protocol ${protocol}`, async () => {
      const model = {
        ...modelFor(completeOptions({ network: '9-1-5' }), 3),
        padding: 'reflect' as const,
        trainedFor: { protocol, scale: 3, degradation: { sigma: 1 } },
      };
      const whole = cut(picture, { x: 0, y: 0, width: 180, height: 150 });
      const expected = await restoreImage(whole, { model, engine });
      const part = new PreviewPart(picture, model, crop);
      const { bicubic, network, truth, psnr: scores } = await part.restore(model);
      await part.rest();
      assert.deepEqual(await pixels(truth), [...cut(expected.original, crop).data]);
      assert.deepEqual(await pixels(bicubic), [...cut(expected.bicubic, crop).data]);
      assert.deepEqual(await pixels(network), [...cut(expected.restored, crop).data]);
      const { compared } = expected;
      assert.equal(scores.network, psnr(cut(compared.network, crop), cut(compared.truth, crop)));
    });
}

const data = { training: waves(48), validation: waves(9) };
const start = (settings: object = {}) =>
  train(data, { network: '9-1-5', border: 0, epochs: 2, batchSize: 16, engine, ...settings });

test('a preview follows a run: bicubic, the network and the truth with their PSNR', async () => {
  const session = start();
  const preview = new Preview(session, picture, { x: 60, y: 60, width: 32, height: 24 });
  await preview.ready;
  const { captions, remark, bicubic } = preview.look();
  assert.equal(remark, '');
  assert.match(captions.bicubic, /^bicubic, \d+\.\d\d dB$/);
  assert.match(captions.network, /^the network now, -?\d+\.\d\d dB$/);
  assert.deepEqual((await sharp(bicubic).metadata()).width, 32);
  await session.done;
});

test('a run that ends while the first picture of it is made is shown as it ended', async (t) => {
  const session = start();
  session.pause();
  const { restore } = PreviewPart.prototype;
  const first = t.mock.method(PreviewPart.prototype, 'restore', async function (this: PreviewPart, model: Model) {
    const made = await restore.call(this, model);
    first.mock.restore();
    session.resume();
    await session.done;
    return made;
  });
  const crop = { x: 60, y: 60, width: 32, height: 24 };
  const preview = new Preview(session, picture, crop);
  await preview.ready;
  const after = new Preview(session, picture, crop);
  await after.ready;
  assert.match(after.look().captions.network, /dB$/);
  const seen = () => preview.look().captions.network;
  for (let i = 0; i < 100 && seen() !== after.look().captions.network; i++) await setTimeout(50);
  assert.equal(seen(), after.look().captions.network);
});

test('a picture smaller than the crop, one that is no file, and a large crop are said in the preview', async () => {
  const session = start();
  const said = async (...given: [string | Image, { x: number; y: number; width: number; height: number }?]) => {
    const preview = new Preview(session, ...given);
    await preview.ready;
    return preview.look().remark;
  };
  assert.match(await said(picture, { x: 0, y: 0, width: 400, height: 20 }), /^crop is .*within the picture's 180x150/);
  assert.match(await said('no-such-file.png'), /no-such-file\.png/);
  const large = { ...picture, width: 300, height: 300, data: new Uint8Array(3 * 300 * 300) };
  assert.match(await said(large, { x: 0, y: 0, width: 270, height: 20 }), /use at most 256x256/);
  await session.done;
});
