// A server on this machine, and a data set of two files that it serves, for the tests of fetchDataset.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach } from 'node:test';
import type { CatalogueEntry, Mirror } from '../../../src/data/fetch/catalogue';
import { type Answer } from './toyServer';

export let server: Server;
export let base: string;
export let work: string;
export let folder: string;
export const answers = new Map<string, Answer>();
export const asked: { path: string; range?: string }[] = [];

before(async () => {
  work = await mkdtemp(join(tmpdir(), 'srcnn-download-'));
  server = createServer((request, response) => {
    asked.push({ path: request.url!, range: request.headers.range });
    const answer = answers.get(request.url!);
    if (answer) answer(request, response);
    else response.writeHead(404).end('no such file');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(work, { recursive: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(work, 'data-'));
  answers.clear();
  asked.length = 0;
});

export const pictures = {
  'toy-main/HR/a.png': randomBytes(40_000),
  'toy-main/HR/b.png': randomBytes(30_000),
  'toy-main/README': 'left out',
};

/** A data set of two files, at the addresses given. */
export function toy(mirrors: (Mirror | string)[]): CatalogueEntry {
  return {
    name: 'toy',
    about: 'two files',
    source: 'this test',
    licence: 'do as you like',
    archives: [
      {
        folder: 'Toy',
        file: 'toy.zip',
        layouts: [{ HR: 2 }],
        keep: (entry) => /HR\/.+$/.exec(entry)?.[0],
        mirrors: mirrors.map((mirror) =>
          typeof mirror === 'string' ? { url: base + mirror } : { ...mirror, url: base + mirror.url },
        ),
      },
    ],
  };
}

export const checkToy = async () => {
  assert.deepEqual(await readFile(join(folder, 'Toy/HR/a.png')), pictures['toy-main/HR/a.png']);
  assert.deepEqual(await readFile(join(folder, 'Toy/HR/b.png')), pictures['toy-main/HR/b.png']);
  assert.deepEqual((await readdir(join(folder, 'Toy'))).sort(), ['HR', 'receipt.json']);
  assert.deepEqual(await readdir(folder), ['Toy']);
};
