import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { Workplace } from './commandLine';

const place = new Workplace();
before(async () => {
  await place.photos('photos');
  mkdirSync(place.inside('broken'));
  writeFileSync(place.inside('broken', 'a.png'), 'no picture');
});

// A command that does not end has no exit code here: it is stopped after 30 seconds.
const small = ['--batch-size', '4', '--threads', '2', '--epochs', '1'];

test('srcnn evaluate ends by itself when no picture can be scored', async () => {
  const { code, stderr } = await place.srcnn('evaluate', 'broken', '--model', 'x3', '--threads', '2');
  assert.equal(code, 1);
  assert.match(stderr, /DatasetError: no image could be scored: cannot read the image broken\/a\.png/);
});

test('srcnn evaluate ends by itself when its scores cannot be written', async () => {
  const words = ['evaluate', 'photos', '--model', 'x3', '--threads', '2', '--json', 'broken/a.png/scores.json'];
  const { code, stderr } = await place.srcnn(...words);
  assert.equal(code, 1);
  assert.match(stderr, /^WriteError: broken\/a\.png\/scores\.json: could not be written/);
});

test('srcnn train ends by itself when the loss diverges', async () => {
  const { code, stderr } = await place.srcnn('train', 'photos', '-r', 'report', '-l', '1e20', '--out', 'far', ...small);
  assert.equal(code, 1);
  assert.match(stderr, /^DivergedError: the loss became/);
});

test('srcnn train ends by itself when its folder cannot be made', async () => {
  const { code, stderr } = await place.srcnn('train', 'photos', '--out', 'broken/a.png/run', ...small);
  assert.equal(code, 1);
  assert.match(stderr, /^WriteError: broken\/a\.png\/run: could not be made/);
});

test('srcnn train ends by itself when no evaluation picture can be scored', async () => {
  const { code, stderr } = await place.srcnn(
    'train',
    'photos',
    '--evaluation',
    'broken',
    '--out',
    'unscored',
    ...small,
  );
  assert.equal(code, 1);
  assert.match(stderr, /DatasetError: no image could be scored: cannot read the image broken\/a\.png/);
});
