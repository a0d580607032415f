import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { onUnix, Workplace } from './commandLine';

const place = new Workplace();
before(async () => {
  for (const folder of ['one/photos', 'two/photos']) await place.photos(folder);
});

test('pictures of two sets that would go to one folder are refused before the work', async () => {
  const { code, stdout, stderr } = await place.srcnn('evaluate', 'one/photos', 'two/photos', '--out', 'errors');
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^OptionError: the pictures of one\/photos and two\/photos would both go to errors\/photos; /);
});

test('pictures that differ in their extension only get folders of their own', async () => {
  mkdirSync(place.inside('twins'));
  for (const [kind, phase] of [
    ['png', 3],
    ['jpg', 40],
  ] as const) {
    const data = Uint8Array.from({ length: 900 }, (_, i) => (i * phase) % 251);
    await sharp(data, { raw: { width: 30, height: 30, channels: 1 } }).toFile(place.inside('twins', `a.${kind}`));
  }
  assert.equal((await place.srcnn('evaluate', 'twins', '--out', 'errors')).code, 0);
  const [png, jpg] = ['a.png', 'a.jpg'].map((name) => readFileSync(place.inside('errors/twins', name, 'original.png')));
  assert.ok(!png.equals(jpg));
});

test('a table goes to standard output as -, alone, and a folder is refused before the work', async () => {
  const { code, stdout, stderr } = await place.srcnn('evaluate', 'one/photos', '--json', '-');
  assert.equal(code, 0);
  assert.equal((JSON.parse(stdout) as { protocol: string }).protocol, 'report');
  assert.match(stderr, /bicubic {2}3 images/);
  assert.ok(!existsSync(place.inside('-')));
  const refused = await place.srcnn('evaluate', 'one/photos', '--csv', 'one');
  assert.equal(refused.stdout, '');
  assert.match(refused.stderr, /^OptionError: one is a folder; name the file in it/);
  const blocked = await place.srcnn('evaluate', 'one/photos', '--csv', 'one/photos/a.png/x.csv');
  assert.equal(blocked.stdout, '');
  assert.match(
    blocked.stderr,
    /^WriteError: one.*x\.csv: could not be written \(one\/photos\/a\.png is a file, not a folder\)/,
  );
});

test('a file and a pipe that are given for a folder are called that', onUnix, async () => {
  await place.shell('mkfifo pipe.png');
  assert.match(
    (await place.srcnn('evaluate', 'pipe.png')).stderr,
    /^DatasetError: pipe\.png is a pipe or device, not a folder/,
  );
  assert.match(
    (await place.srcnn('train', 'one/photos/a.png')).stderr,
    /^DatasetError: one\/photos\/a\.png is a file, not a folder of images; give the folder that it is in/,
  );
});

test('more threads than can be started are refused', async () => {
  const { stderr } = await place.srcnn('evaluate', 'one/photos', '--threads', '1e9');
  assert.equal(stderr, 'OptionError: threads is 1000000000; use a whole number from 1 to 512\n');
});

test("scores on BSDS500's test come with a word on networks that were trained on it", async () => {
  const scored = ['evaluate', 'one/photos', '--protocol', 'bsd200'];
  assert.match(
    (await place.srcnn(...scored, '--model', 'srcnn-x3')).stderr,
    /bsd200 is BSDS500's test: the score of a network that was trained on bsds500.* train on others, such as t91/,
  );
  assert.ok(!(await place.srcnn(...scored)).stderr.includes('BSDS500'));
});
