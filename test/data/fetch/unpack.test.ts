import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Header, type types } from 'tar';
import { unpack } from '../../../src/data/fetch/unpack';
import { DatasetError } from '../../../src/errors';
import { zip } from './toyServer';

let folder: string;
before(async () => (folder = await mkdtemp(join(tmpdir(), 'srcnn-unpack-'))));
after(() => rm(folder, { recursive: true }));

/** A .tar of entries of these kinds; files hold 1000 bytes. */
function tar(entries: [path: string, type: types.EntryTypeName][]): Buffer {
  const blocks = entries.flatMap(([path, type]) => {
    const size = type === 'File' ? 1000 : 0;
    const linkpath = type.endsWith('Link') ? 'a.png' : undefined;
    const header = new Header({ path, type, size, linkpath, mode: 0o644, mtime: new Date(0) });
    header.encode();
    return [header.block!, Buffer.alloc(512 * Math.ceil(size / 512), 'x')];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** A .zip of one entry with this Unix mode. */
const zipOf = (path: string, mode: number) => zip({ [path]: 'x' }, (mode << 16) >>> 0);

/** Unpacks the pictures of HR/. */
async function unpackPictures(archive: Buffer): Promise<{ target: string; count: number }> {
  const target = await mkdtemp(join(folder, 'target-'));
  await writeFile(`${target}.archive`, archive);
  return { target, count: await unpack(`${target}.archive`, target, (entry) => /HR\/.+$/.exec(entry)?.[0]) };
}

const refusal = (path: string, kind: string) => (error: Error) =>
  error instanceof DatasetError &&
  error.message === `the archive's entry "${path}" is a ${kind}, not a file; nothing of it was kept`;

test('a pipe, a device and a link among the pictures of a .tar or .tgz are refused by their names', async () => {
  for (const [type, kind] of [
    ['FIFO', 'pipe'],
    ['CharacterDevice', 'device'],
    ['BlockDevice', 'device'],
    ['SymbolicLink', 'link'],
    ['Link', 'link'],
  ] as const) {
    const archive = tar([
      ['toy/HR/a.png', 'File'],
      ['toy/HR/b.png', type],
    ]);
    for (const bytes of [archive, gzipSync(archive)])
      await assert.rejects(unpackPictures(bytes), refusal('toy/HR/b.png', kind));
  }
});

test('a pipe, a device, a socket and a link among the pictures of a .zip are refused by their names', async () => {
  for (const [mode, kind] of [
    [0o010644, 'pipe'],
    [0o020644, 'device'],
    [0o060644, 'device'],
    [0o140644, 'socket'],
    [0o120777, 'link'],
  ] as const)
    await assert.rejects(unpackPictures(zipOf('toy/HR/a.png', mode)), refusal('toy/HR/a.png', kind));
});

test('a pipe that is not among the pictures is left out, and the pictures are unpacked', async () => {
  const { target, count } = await unpackPictures(
    tar([
      ['toy/pipe', 'FIFO'],
      ['toy/HR/a.png', 'File'],
    ]),
  );
  assert.deepEqual([count, await readdir(join(target, 'HR'))], [1, ['a.png']]);
  assert.equal((await unpackPictures(zipOf('toy/pipe', 0o010644))).count, 0);
  assert.equal((await unpackPictures(zipOf('toy/HR/a.png', 0o100644))).count, 1);
});

test('a .zip whose compressed bytes are none is refused by name', async () => {
  const archive = zip({ ['toy/HR/' + 'deep/'.repeat(40) + 'a.png']: 'not deflated' });
  // Where the file's own header and the directory name the way of compression: 8, deflate.
  for (const at of [8, archive.indexOf('PK\x01\x02') + 10]) archive.writeUInt16LE(8, at);
  await assert.rejects(unpackPictures(archive), { name: 'DatasetError', message: /the archive cannot be unpacked: / });
});

test('nothing is written any more once an archive was refused', async () => {
  const files = Array.from({ length: 20 }, (_, index): [string, types.EntryTypeName] => [
    `toy/HR/${index}.png`,
    'File',
  ]);
  const target = await mkdtemp(join(folder, 'refused-'));
  await writeFile(`${target}.tar`, tar([...files.slice(0, 3), ['toy/HR/pipe.png', 'FIFO'], ...files.slice(3)]));
  await assert.rejects(
    unpack(`${target}.tar`, target, (entry) => entry),
    refusal('toy/HR/pipe.png', 'pipe'),
  );
  await rm(target, { recursive: true });
  await sleep(200);
  assert.ok(!(await readdir(folder)).includes(target.slice(folder.length + 1)));
});
