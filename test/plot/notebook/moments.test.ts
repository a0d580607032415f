import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilMoment } from '../../../src/plot/notebook/moments';

test('an output in its first minute waits for the next whole second, an older one for the next even second', () => {
  assert.equal(untilMoment(0, 21_250), 750);
  assert.equal(untilMoment(59_999, 20_000), 1000);
  assert.equal(untilMoment(60_000, 21_250), 750);
  assert.equal(untilMoment(60_000, 20_001), 1999);
});

test('outputs of any age meet in the even seconds', () => {
  for (const now of [19_999, 20_001, 20_999, 21_000])
    for (const age of [60_000, Infinity]) assert.equal((now + untilMoment(age, now)) % 2000, 0);
  assert.equal(19_999 + untilMoment(5, 19_999), 20_000);
});
