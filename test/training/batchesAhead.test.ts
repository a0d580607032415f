import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyBatch, fillBatch } from '../../src/data/batches';
import { BatchesAhead } from '../../src/training/batchesAhead';
import { waves } from './toyPatches';

test('a batch that was assembled ahead is that of fillBatch, and leaves the one before as it is', async () => {
  const patches = waves(7);
  const order = Uint32Array.of(4, 2, 6, 0, 5, 1, 3);
  const normalization = { mean: 0.4, deviation: 0.2 };
  const expected = (index: number) => fillBatch(patches, order, 2 * index, 2, normalization, emptyBatch());
  const ahead = new BatchesAhead(patches, { order }, 2, normalization);
  const first = ahead.at(0);
  await ahead.prepare(1);
  assert.deepEqual(first, expected(0));
  assert.deepEqual(ahead.at(1), expected(1));
  // The seventh patch makes no batch: there is nothing to prepare after the third.
  await ahead.prepare(3);
  assert.deepEqual(ahead.at(2), expected(2));
});
