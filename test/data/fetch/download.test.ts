import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { create } from 'tar';
import type { CatalogueEntry, Mirror } from '../../../src/data/fetch/catalogue';
import { fetchDataset } from '../../../src/data/fetch/download';
import { DatasetError, LockedError, OptionError, UnknownNameError, WriteError } from '../../../src/errors';
import { type Answer, cut, serve, zip } from './toyServer';

let server: Server;
let base: string;
let work: string;
let folder: string;
const answers = new Map<string, Answer>();
const asked: { path: string; range?: string }[] = [];

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

const pictures = {
  'toy-main/HR/a.png': randomBytes(40_000),
  'toy-main/HR/b.png': randomBytes(30_000),
  'toy-main/README': 'left out',
};

/** A data set of two files, at the addresses given. */
function toy(mirrors: (Mirror | string)[]): CatalogueEntry {
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

const checkToy = async () => {
  assert.deepEqual(await readFile(join(folder, 'Toy/HR/a.png')), pictures['toy-main/HR/a.png']);
  assert.deepEqual(await readFile(join(folder, 'Toy/HR/b.png')), pictures['toy-main/HR/b.png']);
  assert.deepEqual((await readdir(join(folder, 'Toy'))).sort(), ['HR', 'receipt.json']);
  assert.deepEqual(await readdir(folder), ['Toy']);
};

test(
  'a .zip is fetched, unpacked to its folder and given a receipt; the second call finds it there and asks ' + 'nobody',
  async () => {
    const bytes = zip(pictures);
    answers.set('/toy.zip', serve(bytes));
    const stages = new Set<string>();
    const notes: string[] = [];
    const first = await fetchDataset(toy(['/toy.zip']), {
      folder,
      onProgress: ({ stage }) => stages.add(stage),
      onNote: (line) => notes.push(line),
    });
    assert.equal(first.alreadyThere, false);
    assert.deepEqual([...stages], ['download', 'check', 'unpack']);
    assert.match(notes.join('\n'), /do as you like/);
    await checkToy();
    const receipt = JSON.parse(await readFile(join(folder, 'Toy/receipt.json'), 'utf8'));
    assert.equal(receipt.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.equal(receipt.bytes, bytes.length);
    const second = await fetchDataset(toy(['/toy.zip']), { folder });
    assert.equal(second.alreadyThere, true);
    assert.equal(asked.length, 1);
  },
);

test('a .tgz is told by its bytes whatever the address, and leaves out links nobody asked for', async () => {
  const source = await mkdtemp(join(work, 'tar-'));
  await mkdir(join(source, 'toy-main/HR'), { recursive: true });
  for (const [path, content] of Object.entries(pictures)) await writeFile(join(source, path), content);
  await symlink('/etc/passwd', join(source, 'toy-main/elsewhere'));
  await create({ file: join(source, 'toy.tgz'), cwd: source, gzip: true }, ['toy-main']);
  answers.set('/static/4711', serve(await readFile(join(source, 'toy.tgz'))));
  await fetchDataset(toy(['/static/4711']), { folder });
  await checkToy();

  await symlink('/etc/passwd', join(source, 'toy-main/HR/c.png'));
  await create({ file: join(source, 'bad.tgz'), cwd: source, gzip: true }, ['toy-main']);
  answers.set('/bad.tgz', serve(await readFile(join(source, 'bad.tgz'))));
  await rm(join(folder, 'Toy'), { recursive: true });
  await assert.rejects(fetchDataset(toy(['/bad.tgz']), { folder }), /c\.png" is a link/);
  assert.deepEqual(await readdir(folder), []);

  const whole = await readFile(join(source, 'toy.tgz'));
  answers.set('/short.tgz', serve(whole.subarray(0, whole.length - 5000)));
  await assert.rejects(fetchDataset(toy(['/short.tgz']), { folder }), /cannot be unpacked/);
  assert.deepEqual(await readdir(folder), []);
});

test('a connection that is cut is taken up again where it stopped', async () => {
  const bytes = zip(pictures);
  answers.set('/toy.zip', serve(bytes, { cutAt: 30_000 }));
  await fetchDataset(toy(['/toy.zip']), { folder });
  await checkToy();
  assert.deepEqual(
    asked.map(({ range }) => range),
    [undefined, 'bytes=30000-', 'bytes=60000-'],
  );
});

test(
  'a later call goes on with what an earlier one left, and starts again when the file has changed ' + 'meanwhile',
  async () => {
    const bytes = zip(pictures);
    const once =
      (etag: string): Answer =>
      (request, response) =>
        request.headers.range
          ? response.writeHead(503).end()
          : serve(bytes, { cutAt: 50_000, etag })(request, response);
    answers.set('/toy.zip', once('"1"'));
    await assert.rejects(fetchDataset(toy(['/toy.zip']), { folder }), DatasetError);
    assert.ok(!(await readdir(folder)).includes('Toy'));
    answers.set('/toy.zip', serve(bytes));
    asked.length = 0;
    await fetchDataset(toy(['/toy.zip']), { folder });
    assert.deepEqual(
      asked.map(({ range }) => range),
      ['bytes=50000-'],
    );
    await checkToy();

    await rm(join(folder, 'Toy'), { recursive: true });
    answers.set('/toy.zip', once('"old"'));
    await assert.rejects(fetchDataset(toy(['/toy.zip']), { folder }), DatasetError);
    answers.set('/toy.zip', serve(bytes, { etag: '"new"' }));
    await fetchDataset(toy(['/toy.zip']), { folder });
    await checkToy();
  },
);

test('a server that ignores ranges starts again; one that answers 416 to a complete file is believed', async () => {
  const bytes = zip(pictures);
  let first = true;
  answers.set('/toy.zip', (_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    if (!first) return void response.end(bytes);
    first = false;
    cut(response, bytes.subarray(0, 20_000));
  });
  await fetchDataset(toy(['/toy.zip']), { folder });
  await checkToy();

  await rm(join(folder, 'Toy'), { recursive: true });
  const headless = serve(bytes);
  // the first answer has no length, is whole, and the connection breaks before its end is announced
  answers.set('/toy.zip', (request, response) => {
    if (request.headers.range) return headless(request, response);
    response.writeHead(200, { 'transfer-encoding': 'chunked', etag: '"1"' });
    cut(response, bytes);
  });
  asked.length = 0;
  await fetchDataset(toy(['/toy.zip']), { folder });
  assert.deepEqual(
    asked.map(({ range }) => range),
    [undefined, `bytes=${bytes.length}-`],
  );
  await checkToy();
});

test(
  'a .tgz that the server calls a gzip-encoded .tar is taken as it comes, and what a killed run left is ' +
    'cleared away',
  async () => {
    const source = await mkdtemp(join(work, 'tar-'));
    await mkdir(join(source, 'HR'));
    for (const name of ['a', 'b'] as const)
      await writeFile(join(source, `HR/${name}.png`), pictures[`toy-main/HR/${name}.png`]);
    await create({ file: join(source, 'toy.tgz'), cwd: source, gzip: true }, ['HR']);
    const bytes = await readFile(join(source, 'toy.tgz'));
    answers.set('/toy.tgz', (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length, etag: '"1"' }).end(bytes),
    );
    await mkdir(join(folder, 'Toy.unpacking/HR'), { recursive: true });
    await writeFile(join(folder, 'Toy.unpacking/HR/c.png'), 'left by a run that was killed');
    await fetchDataset(toy(['/toy.tgz']), { folder });
    await checkToy();
  },
);

test('while a data set is fetched a second call is refused, and downloads nothing', async () => {
  answers.set('/toy.zip', () => undefined);
  const first = fetchDataset(toy(['/toy.zip']), { folder });
  const [request, response] = await once(server, 'request');
  await assert.rejects(
    fetchDataset(toy(['/toy.zip']), { folder }),
    (error: Error) => error instanceof LockedError && /fetches toy since 20.*\.toy\.lock/.test(error.message),
  );
  serve(zip(pictures))(request, response);
  await first;
  await checkToy();
  assert.equal(asked.length, 1);
});

test('when a mirror fails the next one serves, and the reasons are told', async () => {
  const bytes = zip(pictures);
  answers.set('/page', serve(Buffer.from('<!DOCTYPE html><p>please log in</p>')));
  answers.set('/good.zip', serve(bytes));
  const notes: string[] = [];
  await fetchDataset(toy(['/gone.zip', '/page', '/good.zip']), { folder, onNote: (line) => notes.push(line) });
  await checkToy();
  assert.match(notes.join('\n'), /gone\.zip: the server answered 404[^]*page: the server sent a web page/);
});

test('when all mirrors fail the error names each with its reason, and nothing is left', async () => {
  const entry = toy(['/gone.zip', { url: '/other.zip' }]);
  entry.archives[0].mirrors.push({ url: 'http://127.0.0.1:1/closed.zip' });
  answers.set('/other.zip', serve(Buffer.from('neither zip nor tar')));
  await assert.rejects(fetchDataset(entry, { folder }), (error: Error) => {
    assert.ok(error instanceof DatasetError);
    assert.match(error.message, /404[^]*neither a \.zip nor[^]*closed\.zip: no connection[^]*--mirror/);
    return true;
  });
  assert.deepEqual(await readdir(folder), []);
});

test('a wrong checksum or size is refused and nothing is left', async () => {
  const bytes = zip(pictures);
  answers.set('/toy.zip', serve(bytes));
  const right = createHash('sha256').update(bytes).digest('hex');
  await assert.rejects(
    fetchDataset(toy([{ url: '/toy.zip', sha256: right.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }]), {
      folder,
    }),
    /SHA-256/,
  );
  await assert.rejects(fetchDataset(toy([{ url: '/toy.zip', bytes: bytes.length + 1 }]), { folder }), /instead of the/);
  assert.deepEqual(await readdir(folder), []);
  await fetchDataset(toy([{ url: '/toy.zip', sha256: right, bytes: bytes.length }]), { folder });
  await checkToy();
});

test(
  'entries that lead outside, links, damaged bytes and a wrong number of images are refused, and nothing is ' + 'left',
  async () => {
    const damaged = zip(pictures);
    damaged[5_000] ^= 1;
    const bad: [Buffer, RegExp][] = [
      [zip({ ...pictures, '../evil/HR/c.png': 'x' }), /\.\.\/evil/],
      [zip({ ...pictures, 'HR\\..\\..\\c.png': 'x' }), /\.\./],
      [zip({ ...pictures, '/HR/c.png': 'x' }), /HR\/c\.png/],
      [zip(pictures, (0o120777 << 16) >>> 0), /is a link/],
      [damaged, /is damaged/],
      [zip({ 'toy/HR/a.png': 'x' }), /Toy.HR holds 1 of its 2 images/],
      [zip(pictures).subarray(0, 60_000), /cannot be unpacked/],
    ];
    for (const [bytes, expected] of bad) {
      answers.set('/toy.zip', serve(bytes));
      await assert.rejects(
        fetchDataset(toy(['/toy.zip']), { folder }),
        (error: Error) => error instanceof DatasetError && expected.test(error.message),
      );
      assert.deepEqual(await readdir(folder), []);
    }
    assert.ok(!(await readdir(work)).includes('evil'));
  },
);

test('a tar whose entry leads outside is refused', async () => {
  const source = await mkdtemp(join(work, 'tar-'));
  await mkdir(join(source, 'in/HR'), { recursive: true });
  await mkdir(join(source, 'HR'));
  await writeFile(join(source, 'HR/a.png'), 'x');
  await create({ file: join(source, 'bad.tar'), cwd: join(source, 'in'), preservePaths: true }, ['../HR/a.png']);
  answers.set('/toy.zip', serve(await readFile(join(source, 'bad.tar'))));
  await assert.rejects(fetchDataset(toy(['/toy.zip']), { folder }), /"\.\.\/HR\/a\.png" leads outside/);
  assert.deepEqual(await readdir(folder), []);
});

test(
  'a disk too small and a folder that cannot be made are WriteErrors, said before anything is ' + 'downloaded',
  async () => {
    await assert.rejects(
      fetchDataset(toy([{ url: '/toy.zip', bytes: 1e17 }]), { folder }),
      (error: Error) => error instanceof WriteError && /are needed/.test(error.message),
    );
    await writeFile(join(work, 'a-file'), '');
    await assert.rejects(fetchDataset(toy(['/toy.zip']), { folder: join(work, 'a-file/data') }), WriteError);
    assert.equal(asked.length, 0);
    assert.deepEqual(await readdir(folder), []);
  },
);

test(
  'an archive that came whole and cannot be put in its place is kept, and the next call downloads ' + 'nothing',
  async () => {
    const bytes = zip(pictures),
      taken = join(folder, 'Toy');
    answers.set('/toy.zip', (request, response) => {
      mkdirSync(join(taken, 'somebody-elses'), { recursive: true });
      serve(bytes)(request, response);
    });
    await assert.rejects(
      fetchDataset(toy(['/toy.zip']), { folder }),
      (error: Error) => error instanceof WriteError && /what came is kept in .*\.part$/.test(error.message),
    );
    await rm(taken, { recursive: true });
    answers.set('/toy.zip', serve(bytes));
    asked.length = 0;
    await fetchDataset(toy(['/toy.zip']), { folder });
    assert.deepEqual(
      asked.map(({ range }) => range),
      [`bytes=${bytes.length}-`],
    );
    await checkToy();
  },
);

test('a folder that is there but not whole is never touched', async () => {
  await mkdir(join(folder, 'Toy/HR'), { recursive: true });
  await writeFile(join(folder, 'Toy/HR/mine.png'), 'mine');
  answers.set('/toy.zip', serve(zip(pictures)));
  await assert.rejects(fetchDataset(toy(['/toy.zip']), { folder }), /holds 1 of its 2 images.*move it away/);
  assert.deepEqual(await readdir(join(folder, 'Toy/HR')), ['mine.png']);
  assert.equal(asked.length, 0);
});

test(
  'an address of the user comes first; one that is none is an OptionError, an unknown data set an ' +
    'UnknownNameError',
  async () => {
    answers.set('/mine/toy.zip', serve(zip(pictures)));
    const { downloaded } = await fetchDataset(toy(['/gone.zip']), { folder, mirrors: [`${base}/mine/`] });
    assert.equal(downloaded[0].url, `${base}/mine/toy.zip`);
    await assert.rejects(
      fetchDataset(toy([]), { folder: join(folder, 'other'), mirrors: ['ftp://host/toy.zip'] }),
      OptionError,
    );
    await assert.rejects(
      fetchDataset('div2k', { folder, mirrors: [`${base}/some.zip`] }),
      /DIV2K_train_HR\.zip or DIV2K_valid_HR\.zip/,
    );
    await assert.rejects(fetchDataset('set6', { folder }), UnknownNameError);
  },
);

test('a whole data set of the catalogue comes from a mirror of the same inner layout', async () => {
  const source = await mkdtemp(join(work, 'tar-'));
  await mkdir(join(source, 'Set5_HR'));
  await Promise.all(
    ['baby', 'bird', 'butterfly', 'head', 'woman'].map((name) =>
      writeFile(join(source, 'Set5_HR', `${name}.png`), name),
    ),
  );
  await create({ file: join(source, 'Set5_HR.tar.gz'), cwd: source, gzip: true }, ['Set5_HR']);
  answers.set('/Set5_HR.tar.gz', serve(await readFile(join(source, 'Set5_HR.tar.gz'))));
  await fetchDataset('set5', { folder, mirrors: [`${base}/Set5_HR.tar.gz`] });
  assert.equal((await readdir(join(folder, 'Set5/HR'))).length, 5);
  assert.equal((await fetchDataset('set5', { folder })).alreadyThere, true);
});

test('a server that falls silent again and again is told of, tried again, and given up by name', async () => {
  answers.set(
    '/toy.zip',
    (_, response) => void response.writeHead(200, { 'content-length': 1000 }).write(Buffer.alloc(100)),
  );
  const notes: string[] = [];
  const fetched = fetchDataset(toy(['/toy.zip']), { folder, silenceSeconds: 0.3, onNote: (line) => notes.push(line) });
  await assert.rejects(
    fetched,
    (error) => error instanceof DatasetError && /it sent nothing for 0.3 seconds/.test(error.message),
  );
  assert.equal(notes.filter((line) => line.endsWith('it sent nothing for 0.3 seconds; trying again')).length, 3);
  assert.equal(asked.length, 4);
});
