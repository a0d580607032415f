import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeAtomically } from '../../src/disk/writeAtomically';
import { whyNotWritten } from '../../src/disk/whyNotWritten';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-why-'));
after(() => rmSync(folder, { recursive: true }));

test('a write that fails says why in words, not in codes of the system', async () => {
  await assert.rejects(writeAtomically(folder, 'text'), /could not be written \(it is a folder\)/);
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(
    writeAtomically(join(folder, 'file', 'inner'), 'text'),
    /could not be written \(a part of its path is a file, not a folder\)/,
  );
  if (process.platform === 'linux')
    await assert.rejects(writeAtomically('/dev/full', 'text'), /could not be written \(the disk is full\)/);
});

test('a reason without words of its own keeps the first line of its message', () => {
  assert.equal(whyNotWritten(new Error('something rare\nand more')), 'something rare');
});
