import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { transfer } from '../../../src/data/fetch/transfer';

const SIZE = 1000;
const ranges: (string | undefined)[] = [];

/** Knows ranges, sends ten bytes of them, and then nothing more over a connection that stays open. */
const server = createServer(({ headers }, response) => {
  ranges.push(headers.range);
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  const range = start > 0 && { 'content-range': `bytes ${start}-${SIZE - 1}/${SIZE}` };
  response.writeHead(start ? 206 : 200, { etag: '"1"', 'content-length': SIZE - start, ...range });
  response.write(Buffer.alloc(10));
});
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srcnn-silence-'));
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test('a server that sends ten bytes each time and is silent then is given up by name, and they are kept', async () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a.zip`;
  const file = join(folder, 'part');
  const notes: string[] = [];
  const given = transfer({ url }, file, { silenceSeconds: 1, onNote: (line) => notes.push(line) });
  await assert.rejects(given, { message: 'it sent nothing for 1 seconds' });
  assert.deepEqual(ranges, [undefined, 'bytes=10-', 'bytes=20-', 'bytes=30-']);
  assert.deepEqual(notes, Array(3).fill(`${url}: it sent nothing for 1 seconds; trying again`));
  assert.equal((await stat(file)).size, 40);
});
