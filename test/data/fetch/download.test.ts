import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fetchDataset } from '../../../src/data/fetch/download';
import { DatasetError, LockedError, OptionError, UnknownNameError, WriteError } from '../../../src/errors';
import { type Answer, cut, serve, zip } from './toyServer';
import { answers, asked, base, checkToy, folder, pictures, server, toy, work } from './toyMirror';

test(
  'a .zip is fetched, unpacked to its folder and given a receipt; the second call ' + 'finds it there and asks nobody',
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
  'a later call resumes the download of an earlier one, and starts again if the file ' + 'has changed meanwhile',
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

test('when a mirror fails the next one is used, and the reasons are reported', async () => {
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
    assert.match(error.message, /404[^]*not a \.zip, \.tar or \.tgz archive[^]*closed\.zip: no connection[^]*--mirror/);
    return true;
  });
  assert.deepEqual(await readdir(folder), []);
});

test(
  'a disk too small and a folder that cannot be made are WriteErrors, said before ' + 'anything is downloaded',
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
  'an archive that came whole and cannot be put in its place is kept, and the next ' + 'call downloads nothing',
  async () => {
    const bytes = zip(pictures),
      taken = join(folder, 'Toy');
    answers.set('/toy.zip', (request, response) => {
      mkdirSync(join(taken, 'somebody-elses'), { recursive: true });
      serve(bytes)(request, response);
    });
    await assert.rejects(
      fetchDataset(toy(['/toy.zip']), { folder }),
      (error: Error) => error instanceof WriteError && /the download is kept in .*\.part$/.test(error.message),
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

test('a server that falls silent again and again is reported, tried again, and given up by name', async () => {
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

test('a server that sends other bytes than it announces, and never the whole, is given up by name', async () => {
  const bytes = zip(pictures);
  answers.set('/toy.zip', ({ headers }, response) => {
    if (headers.range === undefined) {
      response.writeHead(200, { etag: '"1"', 'content-length': bytes.length });
      return cut(response, bytes.subarray(0, 5000));
    }
    response.writeHead(206, { 'content-range': `bytes 5000-${bytes.length - 1}/${bytes.length}` });
    response.end(bytes.subarray(6000));
  });
  await assert.rejects(
    fetchDataset(toy(['/toy.zip']), { folder }),
    (error) => error instanceof DatasetError && /toy\.zip: .*/.test(error.message),
  );
  assert.ok(asked.length < 20, `${asked.length} requests`);
});
