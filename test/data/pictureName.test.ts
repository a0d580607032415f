import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadDataset } from '../../src/data/datasets';
import { pictureName } from '../../src/data/pictureName';

test('each of the nine sample photographs has a name of its own', async () => {
  const { training, validation, evaluation } = await loadDataset('sample');
  const names = [...training, ...validation, ...evaluation].map(pictureName);
  assert.equal(new Set(names).size, 9);
  assert.equal(names.at(-1), 'airplane-from-above.jpg');
});

test('any other file is named as on disk, image.jpg too', () => {
  assert.equal(pictureName('/photos/image.jpg'), 'image.jpg');
  assert.equal(pictureName('/photos/cat.png'), 'cat.png');
});
