import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoreBy } from '../../src/evaluation/restore';
import type { Plane } from '../../src/image/image';
import { networkNamed } from '../../src/network/families/families';

const zeros: Plane = { data: new Float32Array(4), width: 2, height: 2 };
const degraded = { small: () => [zeros], enlarged: () => [zeros] };

/** A network that predicts zeros, which stand for `value` of 0..255. */
const restoring = (value: number) =>
  restoreBy((planes) => Promise.resolve(planes.map(() => zeros)), {
    network: networkNamed('9-1-5'),
    normalization: { mean: value / 255, deviation: 1 },
  });

test('a value just below a half is rounded once: 99.49999999 is 99, though as a float32 it is 99.5', async () => {
  const [plane] = await restoring(99.49999999).restore(degraded);
  assert.deepEqual([...plane.data], [99, 99, 99, 99]);
});

test('whole numbers outside 0..255 are kept', async () => {
  const [plane] = await restoring(300.2).restore(degraded);
  assert.deepEqual([...plane.data], [300, 300, 300, 300]);
});

test('a protocol that never rounds asks for real numbers', async () => {
  const [plane] = await restoring(99.25).restore(degraded, 'real');
  assert.deepEqual([...plane.data], [99.25, 99.25, 99.25, 99.25]);
});
