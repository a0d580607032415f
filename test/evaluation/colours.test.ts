import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { OptionError } from '../../src/errors';
import { predict } from '../../src/evaluation/predict';
import { studioPlanes } from '../../src/image/color';
import { initialize } from '../../src/network/initialize';
import { srcnn } from '../../src/network/families/srcnn';
import { train } from '../../src/training/train';
import { waves } from '../training/toyPatches';

const [width, height] = [7, 5];
const planes = [3, 5, 11].map((step) => ({
  data: Float32Array.from({ length: width * height }, (_, i) => (40 + i * step) % 256),
  width,
  height,
}));

test("MATLAB's Y, Cb and Cr in real numbers lead back to the same red, green and blue", () => {
  const [y, cb, cr] = studioPlanes(planes, 'from rgb');
  const [red, green, blue] = planes.map(({ data }) => data[9] / 255);
  assert.ok(Math.abs(y.data[9] - (16 + 65.481 * red + 128.553 * green + 24.966 * blue)) < 1e-3);
  studioPlanes([y, cb, cr], 'to rgb').forEach(({ data }, c) =>
    data.forEach((value, i) => assert.ok(Math.abs(value - planes[c].data[i]) < 1e-3)),
  );
});

test('a network on Y, Cb and Cr that drops Cb and Cr gives a picture without colour', async () => {
  const network = { ...srcnn({ kernels: [1], channels: 3 }), colours: 'ycbcr' } as const;
  const model = initialize(network);
  // Y as it is; 128 / 255, normalised, for the other two.
  const neutral = (128 / 255 - model.normalization.mean) / model.normalization.deviation;
  model.weights.set([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, neutral, neutral]);
  const engine = await createWasmEngine({ threads: 1 });
  const { mean, deviation } = model.normalization;
  const input = planes.map((plane) => ({ ...plane, data: plane.data.map((v) => (v / 255 - mean) / deviation) }));
  const [red, green, blue] = await predict(model, engine, input);
  await engine.close();
  red.data.forEach((value, i) => {
    assert.ok(Math.abs(value - green.data[i]) < 1e-3 && Math.abs(value - blue.data[i]) < 1e-3);
  });
  const luma = 0.299 * planes[0].data[9] + 0.587 * planes[1].data[9] + 0.114 * planes[2].data[9];
  assert.ok(Math.abs(255 * (red.data[9] * deviation + mean) - luma) < 0.05);
});

test('patches of other colours than the network reads are refused by name', () => {
  const network = srcnn({ kernels: [9, 1, 5], channels: 3 });
  const data = { training: waves(48), validation: waves(9) };
  assert.throws(
    () => train(data, { network }),
    (error: Error) =>
      error instanceof OptionError && /reads rgb, but the patches are of y.*colours: 'rgb'/.test(error.message),
  );
  assert.throws(() => initialize({ ...network, channels: 1, colours: 'rgb' }), /colours is rgb with 1 channels/);
});
