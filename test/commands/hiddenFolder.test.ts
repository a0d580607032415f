import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Workplace } from './commandLine';

const place = new Workplace();
const note = (name: string) =>
  `${name} means the data set of that name; for the folder ${name} here, write ./${name}\n`;
before(async () => {
  for (const name of ['photos', 'sample', 'set5']) await place.photos(name);
});

const small = ['--epochs', '1', '--batch-size', '4', '--threads', '1'];

test('a data set that hides a folder of the user and is not there itself is explained before the error', async () => {
  for (const words of [
    ['train', 'set5'],
    ['train', 'photos', '--evaluation', 'set5', '--out', 'run'],
    ['evaluate', 'set5'],
  ]) {
    const { code, stderr } = await place.srcnn(...words);
    assert.equal(code, 1);
    assert.ok(stderr.startsWith(`${note('set5')}DatasetError: set5: `), stderr);
    assert.equal(stderr.trim().split('\n').length, 2, stderr);
  }
});

test('srcnn train says once that the data set which is scored hides a folder of the user', async () => {
  const { code, stderr } = await place.srcnn('train', 'photos', '--evaluation', 'sample', '--out', 'scored', ...small);
  assert.deepEqual([code, stderr], [0, note('sample')]);
});

test('srcnn train says it once, too, where the same data set trains and is scored', async () => {
  // More patches in a batch than there are: it ends before it trains.
  const { stderr } = await place.srcnn('train', 'sample', '--evaluation', 'sample', '--batch-size', '9999999');
  assert.equal(stderr.split(note('sample')).length, 2, stderr);
});

test('srcnn train takes the folder of that name when it is written as a path, and says nothing', async () => {
  const { code, stdout, stderr } = await place.srcnn('train', './sample', ...small);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /results\/runs\/tuned-sample-[\da-f]{8}-x3/);
});
