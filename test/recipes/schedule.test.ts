import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EpochRecord } from '../../src/runs/history';
import { scheduleFactor } from '../../src/recipes/schedule';

const place = (fraction: number, step = 1000, losses: number[] = []) => ({
  fraction,
  step,
  epochs: losses.map((validationLoss) => ({ validationLoss }) as EpochRecord),
});

test('the cosine schedule falls from 1 over a half to 0, the constant one stays at 1', () => {
  assert.equal(scheduleFactor({ schedule: 'cosine' }, place(0)), 1);
  assert.ok(Math.abs(scheduleFactor({ schedule: 'cosine' }, place(0.5)) - 0.5) < 1e-12);
  assert.equal(scheduleFactor({ schedule: 'cosine' }, place(1)), 0);
  assert.equal(scheduleFactor({ schedule: 'constant' }, place(1)), 1);
});

test('during a warm-up the rate grows evenly and is full at its last batch, whatever the schedule', () => {
  const factors = [0, 1, 2, 3, 4].map((step) =>
    scheduleFactor({ schedule: 'constant', warmUp: 4 }, place(step / 100, step)),
  );
  assert.deepEqual(factors, [0.25, 0.5, 0.75, 1, 1]);
});

test('the plateau schedule halves the rate after more than `patience` epochs without a lower validation loss', () => {
  const after = (losses: number[], patience?: number) =>
    scheduleFactor({ schedule: 'plateau', patience }, place(0.5, 1000, losses));
  assert.equal(after([]), 1);
  assert.equal(after([3, 2, 1]), 1);
  assert.equal(after([1, 2, 2, 2]), 1, 'three epochs may be without one');
  assert.equal(after([1, 2, 2, 2, 2]), 0.5);
  assert.equal(after([1, 2, 2, 2, 2, 0.5, 2, 2, 2]), 0.5, 'a lower one begins the count anew');
  assert.equal(after([1, 2, 2, 1, 2], 1), 0.25);
});
