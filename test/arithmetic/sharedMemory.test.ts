import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sharedMemory } from '../../src/arithmetic/sharedMemory';
import { readPhotograph, writeImage } from '../../src/image/files';
import { goldenImage } from '../golden/image';

const folder = mkdtempSync(join(tmpdir(), 'srcnn-memory-'));
after(() => rmSync(folder, { recursive: true }));
const cli = join(__dirname, '..', '..', 'dist', 'cli.js');

/** Enlarges a picture under a limit of the address space in KB. */
function enlargeWithin(kilobytes: string) {
  const [input, enlarged] = ['in.png', `out-${kilobytes}.png`].map((name) => join(folder, name));
  const command = `ulimit -v ${kilobytes} && exec "$0" "$@"`;
  const words = ['-c', command, process.execPath, cli, 'upscale', '--engine', 'wasm', '--force', input, enlarged];
  return { enlarged, ...spawnSync('bash', words, { encoding: 'utf8' }) };
}

test('memory without a limit can grow, which its buffer shares with other threads', () => {
  const memory = sharedMemory(4);
  assert.equal(memory.grow(12), 4);
  assert.equal(memory.buffer.byteLength, 16 * 65536);
  assert.ok(memory.buffer instanceof SharedArrayBuffer);
});

test(
  'under a limit of 8 GB of addresses a picture is enlarged as without one, and nothing is complained of',
  { skip: process.platform !== 'linux' },
  async () => {
    await writeImage(join(folder, 'in.png'), goldenImage());
    const [limited, free] = ['8000000', 'unlimited'].map(enlargeWithin);
    for (const { status, stderr } of [limited, free]) assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(await readPhotograph(limited.enlarged), await readPhotograph(free.enlarged));
  },
);
