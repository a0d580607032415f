import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { findTarget } from '../../src/disk/target';
import { writeAtomically } from '../../src/disk/writeAtomically';
import { WriteError } from '../../src/errors';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-write-'));
const inside = (...names: string[]) => join(folder, ...names);
after(() => rmSync(folder, { recursive: true }));
const onUnix = { skip: process.platform === 'win32' };

test('a file is written into a folder that is made for it, and replaces what was there', async () => {
  for (const content of ['old', 'new']) await writeAtomically(inside('made', 'scores.json'), content);
  assert.equal(readFileSync(inside('made', 'scores.json'), 'utf8'), 'new');
  assert.deepEqual(readdirSync(inside('made')), ['scores.json']);
});

test('a chain of links stays, and the file at its end gets the content', onUnix, async () => {
  mkdirSync(inside('real'));
  writeFileSync(inside('real', 'scores.json'), 'old');
  symlinkSync('real/scores.json', inside('latest.json'));
  symlinkSync('latest.json', inside('again.json'));
  await writeAtomically(inside('again.json'), 'new');
  assert.equal(readFileSync(inside('real', 'scores.json'), 'utf8'), 'new');
  for (const link of ['latest.json', 'again.json']) assert.ok(lstatSync(inside(link)).isSymbolicLink());
  assert.deepEqual(readdirSync(inside('real')), ['scores.json']);
});

test('a link to a file that is not there yet makes that file', onUnix, async () => {
  symlinkSync('later/scores.json', inside('dangling.json'));
  await writeAtomically(inside('dangling.json'), 'new');
  assert.equal(readFileSync(inside('later', 'scores.json'), 'utf8'), 'new');
  assert.ok(lstatSync(inside('dangling.json')).isSymbolicLink());
});

test('links in a circle are refused by name', onUnix, async () => {
  symlinkSync('round.json', inside('round.json'));
  await assert.rejects(writeAtomically(inside('round.json', 'x.json'), ''), WriteError);
});

test('a name of 255 bytes, the most there is, is written', onUnix, async () => {
  const name = `${'写'.repeat(83)}a.json`;
  assert.equal(Buffer.byteLength(name), 255);
  await writeAtomically(inside('long', name), 'content');
  assert.deepEqual(readdirSync(inside('long')), [name]);
});

test(
  'a device is written to and stays one; a full one is a WriteError',
  { skip: process.platform !== 'linux' },
  async () => {
    await writeAtomically('/dev/null', 'content');
    assert.ok(lstatSync('/dev/null').isCharacterDevice());
    assert.deepEqual(await findTarget('/dev/stdout'), { path: '/dev/stdout', replaceable: false });
    await assert.rejects(writeAtomically('/dev/full', 'content'), WriteError);
  },
);
