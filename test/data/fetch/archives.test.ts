import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { create } from 'tar';
import { fetchDataset } from '../../../src/data/fetch/download';
import { DatasetError } from '../../../src/errors';
import { serve, zip } from './toyServer';
import { answers, base, checkToy, folder, pictures, toy, work } from './toyMirror';

test('a .tgz is recognised by its bytes, whatever its address, and other links are not unpacked', async () => {
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

test("the report's pictures come out of its repository, and its other folders stay there", async () => {
  const source = await mkdtemp(join(work, 'tar-'));
  const inside = join('Image-main', 'Data', 'Evaluation BSDS-200_Set-5_Set-14');
  await mkdir(join(source, inside), { recursive: true });
  await mkdir(join(source, 'Image-main', 'References'));
  await writeFile(join(source, 'Image-main', 'References', 'paper.png'), 'left out');
  for (let i = 0; i < 219; i++) await writeFile(join(source, inside, `${i}.png`), String(i));
  await create({ file: join(source, 'it.tgz'), cwd: source, gzip: true }, ['Image-main']);
  answers.set('/it.tgz', serve(await readFile(join(source, 'it.tgz'))));
  await fetchDataset('report219', { folder, mirrors: [`${base}/it.tgz`] });
  assert.equal((await readdir(join(folder, 'eval219'))).filter((name) => name.endsWith('.png')).length, 219);
});

test('a set that is given on request only says whom to ask, and is fetched from the address of a user', async () => {
  await assert.rejects(fetchDataset('manga109', { folder }), /on request only.*; ask for it at http:.*Manga109$/);
  await assert.rejects(
    fetchDataset('manga109', { folder, mirrors: [`${base}/mine.zip`] }),
    /none of 1 addresses gave Manga109\.zip/,
  );
});
