import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { frequencyChange } from '../../../src/data/frequencyChange';
import type { PatchSet } from '../../../src/data/patches';
import { areaOf } from '../../../src/engine/losses/area';
import { fdpl } from '../../../src/engine/losses/fdpl';
import { ImageTooSmallError } from '../../../src/errors';

interface Golden {
  change: number[];
  loss: number;
  lossAlike: number;
}

const golden = JSON.parse(readFileSync(join(__dirname, '../../golden/fdpl.json'), 'utf8')) as Golden;

/** The numbers of makeFdplGolden.py. */
function noise(length: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** One picture of 24x24, as it was and with noise. */
function noisyPair(reads: 'enlarged' | 'small'): PatchSet {
  const target = Uint8Array.from(noise(576, 1), (value) => Math.round(128 + 100 * value));
  const more = noise(576, 2);
  const input = target.map((value, i) => Math.round(value + 20 * more[i]));
  const none = new Uint16Array(0);
  const pictures = [{ input, target, width: 24, height: 24 }];
  const patches = { pictures, picture: new Uint32Array(0), x: none, y: none, size: 8, count: 0 };
  return { ...patches, scale: 2, reads, protocol: 'paper', sigma: 0 };
}

const close = (found: number, expected: number) => assert.ok(Math.abs(found / expected - 1) < 1e-9, `${found}`);

test('FDPL is what scipy makes of the same errors, with a change of frequencies and without', () => {
  close(fdpl.value(noise(64, 3), fdpl.weights(golden.change)), golden.loss);
  close(fdpl.value(noise(64, 3), fdpl.weights()), golden.lossAlike);
});

test('the weights of frequencies have the mean 1, so that errors of any one pixel cost about what MSE says', () => {
  const weights = fdpl.weights(golden.change);
  close(weights.reduce((a, b) => a + b) / 64, 1);
  // Summed over its 64 places, an error of one pixel counts every frequency alike.
  let sum = 0;
  for (let at = 0; at < 64; at++)
    sum += fdpl.value(
      Array.from({ length: 64 }, (_, i) => (i === at ? 1 : 0)),
      weights,
    );
  close(sum / 64, 1);
});

test('the slopes are those of finite differences', () => {
  const [errors, weights] = [noise(64, 4), fdpl.weights(golden.change)];
  const slopes = fdpl.slopes(errors, weights);
  for (const at of [0, 7, 29, 63]) {
    const moved = (by: number) =>
      fdpl.value(
        errors.map((e, i) => (i === at ? e + by : e)),
        weights,
      );
    close(slopes[at], (moved(0.5) - moved(-0.5)) / 1);
  }
});

test('the change of the frequencies is what scipy finds, and for small pictures that of their enlargement', () => {
  frequencyChange(noisyPair('enlarged')).forEach((change, i) => {
    assert.ok(Math.abs(change - golden.change[i]) < 1e-6, `frequency ${i}: ${change}, not ${golden.change[i]}`);
  });
  // Shrunk and enlarged, noise loses nearly all of its highest frequency and little of its mean.
  const change = frequencyChange(noisyPair('small'));
  assert.ok(change[0] < 0.1 && change[63] > 1.5, `${change[0]} to ${change[63]}`);
});

test('whole blocks in the middle count, and patches without one are refused by name', () => {
  assert.deepEqual(areaOf('fdpl', { width: 32, height: 33 }, 7), { left: 8, top: 8, width: 16, height: 16 });
  assert.deepEqual(areaOf('fdpl', { width: 32, height: 16 }, 0), { left: 0, top: 0, width: 32, height: 16 });
  assert.deepEqual(areaOf('mse', { width: 32, height: 33 }, 7), { left: 7, top: 7, width: 18, height: 19 });
  assert.throws(() => areaOf('fdpl', { width: 32, height: 21 }, 7), ImageTooSmallError);
  assert.throws(() => areaOf('fdpl', { width: 7, height: 32 }, 0), /no 8x8 outputs for the loss fdpl of 7x32 patches/);
});
