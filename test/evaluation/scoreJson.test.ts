import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scoresFromJson, scoresToJson } from '../../src/evaluation/scoreJson';

test('infinite scores of both signs come back from JSON; a picture may be called Infinity', () => {
  const rows = [{ file: 'Infinity', bicubic: { psnr: Infinity, psnrb: Infinity, sre: -Infinity, ssim: 1 } }];
  assert.deepEqual(scoresFromJson(scoresToJson(rows)), rows);
});
