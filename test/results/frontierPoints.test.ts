import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { OptionError } from '../../src/errors';
import { frontierPoints } from '../../src/results/frontierPoints';

const results = join(__dirname, '..', '..', 'results');
let engine: Engine;
before(async () => void (engine = await createWasmEngine({ threads: 1 })));
after(() => engine.close());

test('runs gain over their own bicubic, published networks over that of their source', async () => {
  const points = await frontierPoints({ results, scale: 3, set: 'Set5' });
  const of = (name: string) => points.find((each) => each.name === name)!;
  assert.equal(of('paper-x3').multiplyAdds, 8800);
  assert.ok(of('paper-x3').minutes! > 0);
  assert.ok(of('paper-x3').gain > 2 && of('paper-x3').gain < 2.4, '32.60 over 30.39 dB');
  assert.ok(Math.abs(of('SRCNN 9-5-5 of Dong et al. (ImageNet)').gain - (32.75 - 30.39)) < 0.01);
  assert.ok(Math.abs(of('ECBSR-M4C32 (RGB)').gain - (33.56 - 30.61)) < 1e-9);
  assert.ok(points.every(({ milliseconds }) => milliseconds === null));
});

test('an engine measures the time of each run’s network', async () => {
  const points = await frontierPoints({ results, scale: 4, set: 'Set5', engine });
  for (const { kind, milliseconds } of points) assert.equal(milliseconds !== null && milliseconds > 0, kind === 'run');
});

test('a scale that no run has is refused by name', async () => {
  await assert.rejects(
    frontierPoints({ results, scale: 7 }),
    (error: Error) => error instanceof OptionError && /protocol paper x7/.test(error.message),
  );
});
