import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { preparePatches } from '../../../src/data/patches';
import { evaluate } from '../../../src/evaluation/evaluate';
import { upscale } from '../../../src/evaluation/upscale';
import { writeImage } from '../../../src/image/files';
import { cellProgress } from '../../../src/plot/notebook/progress';
import { showProgressWith } from '../../../src/progress';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-progress-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('long work shows how much is done and the time left, and in the end how long it took', async () => {
  const shown: string[] = [];
  const progress = cellProgress('preparing pictures', (forms) => void shown.push(forms['text/plain'] as string));
  progress(1, 4);
  assert.deepEqual(shown, [], 'nothing in the first second');
  await wait(1200);
  assert.match(shown.join('\n'), /^preparing pictures: 1 of 4, 3 s left$/);
  progress(2, 4);
  progress(2, 4);
  assert.equal(shown.length, 1, 'no more than two updates a second');
  await wait(600);
  progress(3, 4);
  assert.match(shown.at(-1)!, /^preparing pictures: 3 of 4, 1 s left$/);
  progress(4, 4);
  assert.match(shown.at(-1)!, /^preparing pictures: 4 of 4, took 2 s$/);
});

test('short work shows nothing', async () => {
  const shown: unknown[] = [];
  const progress = cellProgress('scoring pictures', (forms) => void shown.push(forms));
  for (let done = 1; done <= 3; done++) progress(done, 3);
  await wait(1200);
  assert.deepEqual(shown, []);
});

test('preparePatches, evaluate and upscale speak where nobody asked for their progress, and only there', async () => {
  const image = {
    data: Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * 7) % 251),
    width: 64,
    height: 64,
    channels: 1,
  } as const;
  const file = join(folder, 'picture.png');
  await writeImage(file, image);
  const heard: string[] = [];
  showProgressWith((work) => (done, total) => void heard.push(`${work} ${done}/${total}`));
  await preparePatches([file]);
  await evaluate([file]);
  await upscale(image, { scale: 2 });
  assert.deepEqual(heard, ['preparing pictures 1/1', 'scoring pictures 1/1', 'enlarging rows 64/64']);
  let own = 0;
  await preparePatches([file], { onProgress: () => void own++ });
  assert.deepEqual([own, heard.length], [1, 3]);
});
