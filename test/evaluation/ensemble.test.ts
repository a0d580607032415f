import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { predictEnsemble } from '../../src/evaluation/ensemble';
import { predict } from '../../src/evaluation/predict';
import type { Plane } from '../../src/image/image';
import { plain } from '../../src/network/families/plain';
import { initialize } from '../../src/network/initialize';
import { uniform } from '../../src/random';

let engine: Engine;
before(async () => void (engine = await createWasmEngine({ threads: 1 })));
after(() => engine.close());

const model = initialize(plain({ filters: 4, depth: 2, scale: 2 }), { seed: 5 });

function picture(width: number, height: number): Plane {
  const random = { seed: 2, draws: 0 };
  return { width, height, data: Float32Array.from({ length: width * height }, () => uniform(random) - 0.5) };
}

const mirrored = ({ data, width, height }: Plane): Plane => ({
  width,
  height,
  data: data.map((_, i) => data[i - (i % width) + width - 1 - (i % width)]),
});
const swapped = ({ data, width, height }: Plane): Plane => ({
  width: height,
  height: width,
  data: data.map((_, i) => data[(i % height) * width + Math.floor(i / height)]),
});

function assertClose(a: Plane, b: Plane, tolerance = 1e-5): void {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  a.data.forEach((value, i) => assert.ok(Math.abs(value - b.data[i]) < tolerance, `sample ${i}`));
}

test('the ensemble of a mirrored or turned picture is the mirrored or turned ensemble', async () => {
  const small = picture(9, 6);
  const [large] = await predictEnsemble(model, engine, [small]);
  for (const turn of [mirrored, swapped]) {
    const [turned] = await predictEnsemble(model, engine, [turn(small)]);
    assertClose(turned, turn(large));
    const [[once], [onceTurned]] = [await predict(model, engine, [small]), await predict(model, engine, [turn(small)])];
    assert.throws(() => assertClose(onceTurned, turn(once), 1e-3));
  }
});

test('the ensemble is the mean of the outputs for the eight ways to mirror and turn a picture', async () => {
  const small = picture(8, 5);
  const apply = (steps: readonly string[], plane: Plane) =>
    steps.reduce((each, step) => (step === 'm' ? mirrored(each) : swapped(each)), plane);
  // A mirror and a swap make a quarter turn; four quarter turns, with and without a mirror before them.
  const ways = ['', 'ms', 'msms', 'msmsms', 'm', 'mms', 'mmsms', 'mmsmsms'].map((word) => [...word]);
  const sum = new Float32Array(small.data.length * 4);
  for (const way of ways) {
    const [output] = await predict(model, engine, [apply(way, small)]);
    apply([...way].reverse(), output).data.forEach((value, i) => (sum[i] += value / 8));
  }
  const [large] = await predictEnsemble(model, engine, [small]);
  assertClose(large, { ...large, data: sum });
});
