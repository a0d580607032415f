import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

test('notebooks get working copies that git ignores, and a copy with changes is kept', async () => {
  // @ts-expect-error The scripts are plain JavaScript without declarations.
  const { makeWorkingCopies, workingFolder } = await import('../../scripts/workingCopies.mjs');
  const root = await mkdtemp(join(tmpdir(), 'srcnn-copies-'));
  try {
    await mkdir(join(root, 'notebooks'));
    await writeFile(join(root, 'notebooks', '01.ipynb'), 'first');
    assert.deepEqual(await makeWorkingCopies(root), ['01.ipynb']);
    await writeFile(join(root, workingFolder, '01.ipynb'), 'changed');
    await writeFile(join(root, 'notebooks', '02.ipynb'), 'second');
    assert.deepEqual(await makeWorkingCopies(root), ['02.ipynb']);
    assert.equal(await readFile(join(root, workingFolder, '01.ipynb'), 'utf8'), 'changed');
    assert.equal(await readFile(join(root, 'notebooks', '01.ipynb'), 'utf8'), 'first');
    const ignored = await readFile(join(__dirname, '..', '..', '.gitignore'), 'utf8');
    assert.ok(ignored.split('\n').includes(`${workingFolder}/`) && ignored.includes('.ipynb_checkpoints/'));
  } finally {
    await rm(root, { recursive: true });
  }
});
