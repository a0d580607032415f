import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { OptionError } from '../../src/errors';
import { rateCurve } from '../../src/plot/figures/rateCurve';
import { findRate } from '../../src/training/findRate';
import { waves } from './toyPatches';

let engine: Engine;
before(async () => void (engine = await createWasmEngine({ threads: 1 })));
after(() => engine.close());

const options = { network: '9-1-5', border: 0, batchSize: 16, optimizer: 'sgd', batches: 40 } as const;

test('the rate grows by one factor until the loss grows, and a third of the best rate is suggested', async () => {
  const { points, learningRate } = await findRate(waves(48), { ...options, least: 1e-4, most: 1e3, engine });
  assert.ok(points.length >= 2 && points.length < 40, `${points.length} of 40 batches until the loss has grown`);
  const factors = points.slice(1).map((point, i) => point.learningRate / points[i].learningRate);
  for (const factor of factors) assert.ok(Math.abs(factor / 1e7 ** (1 / 39) - 1) < 1e-9);
  const lowest = points.find(({ loss }) => loss === Math.min(...points.map((point) => point.loss)))!;
  assert.equal(learningRate, lowest.learningRate / 3);
  const { data } = rateCurve({ points, learningRate });
  assert.deepEqual(
    data.map(({ x }) => (x as number[])[0]),
    [1e-4, learningRate],
  );
});

test('rates and batches out of range are refused by name', async () => {
  for (const [changes, message] of [
    [{ least: 0 }, /least is 0 and most 1; use rates above 0/],
    [{ least: 2 }, /least is 2 and most 1/],
    [{ batches: 1 }, /batches is 1; use a whole number above 1/],
    [{ batchSize: 1000 }, /batchSize is 1000, but there are only 48/],
  ] as const)
    await assert.rejects(
      findRate(waves(48), { ...options, ...changes, engine }),
      (error: Error) => error instanceof OptionError && message.test(error.message),
    );
});
