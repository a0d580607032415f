import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { loadWeights } from '../../src/formats/weights';
import { Workplace } from './commandLine';

const place = new Workplace();
before(() => place.photos('photos'));

const train = (run: string) => `"$@" train photos --epochs 3 --batch-size 4 --threads 1 --out ${run}`;

/** All three epochs were trained, and their best weights can be read. */
async function checkFinished(run: string): Promise<void> {
  assert.equal(JSON.parse(readFileSync(place.inside(run, 'history.json'), 'utf8')).epochs.length, 3);
  const { weights } = await loadWeights(place.inside(run, 'weights.safetensors'));
  assert.ok(weights.every(Number.isFinite));
}

const onLinux = { skip: !existsSync('/dev/full') };

test(
  'training whose output goes to a full device ends with its weights, one line and exit code 1',
  onLinux,
  async () => {
    const { code, stderr } = await place.shell(`${train('full')} > /dev/full`);
    assert.equal(code, 1);
    assert.match(stderr, /^standard output cannot be written \(the disk is full\); the work continues without it\n$/);
    await checkFinished('full');
  },
);

test('training whose output and error output both go to a full device ends with its weights', onLinux, async () => {
  const { code } = await place.shell(`${train('both')} > /dev/full 2> /dev/full`);
  assert.equal(code, 1);
  await checkFinished('both');
});

test(
  'training whose reader takes ten bytes and goes away ends with its weights and says nothing',
  {
    skip: process.platform === 'win32',
  },
  async () => {
    const { code, stdout, stderr } = await place.shell(`${train('head')} | head -c 10; exit \${PIPESTATUS[0]}`);
    assert.deepEqual([code, stdout.length, stderr], [0, 10, '']);
    await checkFinished('head');
  },
);
