import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import { CheckpointError } from '../../../src/errors';
import { writeImage } from '../../../src/image/files';
import type { Image } from '../../../src/image/image';
import { srcnn } from '../../../src/network/families/srcnn';
import { colourMeasures } from '../../../src/results/studies/colourMeasures';
import { readMeans, writeMeans } from '../../../src/results/studies/meansFile';
import { measureRows, measuresFile } from '../../../src/results/studies/measureRows';
import { runStudy } from '../../../src/results/studies/runStudy';
import { studies, type Study } from '../../../src/results/studies/study';
import { studyRows } from '../../../src/results/studies/studyRows';

let folder: string;
let engine: Engine;
const picture = (seed: number): Image => ({
  data: Uint8Array.from({ length: 3 * 100 * 96 }, (_, i) => (i * seed + (i % 100) * 3) % 251),
  width: 100,
  height: 96,
  channels: 3,
});
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srcnn-studies-'));
  engine = await createWasmEngine({ threads: 1 });
  await mkdir(join(folder, 'pictures'));
  for (const seed of [3, 5, 7]) await writeImage(join(folder, 'pictures', `p${seed}.png`), picture(seed));
});
after(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

const small = (channels: 1 | 3) => srcnn({ kernels: [3, 1, 3], filters: [4, 4], channels });
const options = () => ({ folder: join(folder, 'runs'), dataset: join(folder, 'pictures'), minutes: 0.05, engine });

test('a study trains its runs for the same minutes, and a run that has ended is not trained again', async () => {
  const runs = [
    { name: 'one', network: small(1) },
    { name: 'half', network: small(1), every: 2 },
    { name: 'elsewhere', network: small(1), data: join(folder, 'runs', 'filters') },
  ];
  const study: Study = { name: 'filters', title: '', data: 'bsds500', scored: 'luminance', runs };
  const notes: string[] = [];
  const seen: number[] = [];
  const rows = await runStudy(study, {
    ...options(),
    onNote: (note) => notes.push(note),
    onProgress: (done) => seen.push(done.length),
  });
  assert.deepEqual(
    rows.map(({ run }) => run),
    ['one', 'half'],
  );
  assert.match(notes[0], /elsewhere is left out/);
  assert.deepEqual(seen, [1, 2]);
  assert.ok(!existsSync(join(folder, 'runs/filters/one/checkpoint.bin')));
  assert.ok(rows.every(({ updates, minutes }) => Number(updates) > 0 && Number(minutes) > 0));
  assert.deepEqual(await runStudy({ ...study, runs: runs.slice(0, 2) }, options()), rows);
  const longer = { ...options(), minutes: 0.5, onNote: (note: string) => notes.push(note) };
  assert.deepEqual(await runStudy({ ...study, runs: runs.slice(0, 1) }, longer), rows.slice(0, 1));
  assert.match(notes.at(-1)!, /one has ended after 0\.05 minutes, not 0\.5; delete it/);
});

test('the published numbers stand beside the runs that repeat them, and below where there is none', async () => {
  const published =
    'study,run,scale,set,measure,value,checked,source\n' +
    'filters,one,3,Set5,psnr,32.52,yes,"A paper, of 2016"\nfilters,other,3,Set5,psnr,32.75,no,A paper\n';
  await writeFile(join(folder, 'runs', 'published.csv'), published);
  const study: Study = {
    name: 'filters',
    title: '',
    data: 'bsds500',
    scored: 'luminance',
    runs: [{ name: 'one', network: '9-1-5' }],
  };
  const [own, other] = await studyRows(study, join(folder, 'runs'));
  assert.equal(own.published, 32.52);
  assert.deepEqual(other, { run: 'other', published: 32.75 });
  await writeFile(join(folder, 'runs', 'published.csv'), published.replace('32.52', 'high'));
  await assert.rejects(studyRows(study, join(folder, 'runs')), CheckpointError);
  await rm(join(folder, 'runs', 'published.csv'));
});

test('colours are scored one by one, and a network on luminance leaves Cb and Cr as bicubic has them', async () => {
  const runs = [
    { name: 'y', network: small(1) },
    { name: 'ycbcr', network: { ...small(3), colours: 'ycbcr' }, colours: 'ycbcr' },
    { name: 'rgb', network: small(3), colours: 'rgb' },
  ] as const;
  const study: Study = { name: 'colours', title: '', data: 't91', scored: 'colours', runs };
  const rows = await runStudy(study, options());
  assert.deepEqual(
    rows.map(({ run }) => run),
    ['bicubic', 'y', 'ycbcr', 'rgb'],
  );
  const [bicubic, y] = rows;
  assert.ok(Math.abs(Number(bicubic.Cb) - Number(y.Cb)) < 0.5);
  assert.ok(rows.every((row) => ['Y', 'Cb', 'Cr', 'YCbCr', 'RGB'].every((name) => Number.isFinite(row[name]))));
});

test('the error over Y, Cb and Cr is the mean of theirs', () => {
  const [a, b] = [picture(3), picture(5)];
  const [y, cb, cr, all] = colourMeasures.map((measure) => 10 ** (-measure.compare(a, b, { border: 2 }) / 10));
  assert.ok(Math.abs((y + cb + cr) / 3 - all) < 1e-9);
});

test('means come back from their file, and stand beside the published ones by set', async () => {
  const own = join(folder, 'means');
  await mkdir(own);
  const mean = { model: 'mine', protocol: 'paper', scale: 3, set: 'Set5', measure: 'psnr', mean: 32.5, pictures: 5 };
  const other = { ...mean, model: 'bicubic', scale: 2 };
  await writeMeans(measuresFile(own), [mean, other]);
  assert.deepEqual(await readMeans(measuresFile(own)), [mean, other]);
  const cell = 'measures,SRCNN,3,Set5,ifc,4.58,yes,A paper\n';
  await writeFile(join(own, 'published.csv'), `study,run,scale,set,measure,value,checked,source\n${cell}`);
  const rows = await measureRows(own, 3);
  assert.deepEqual(
    rows.map(({ set, model, PSNR, IFC }) => [set, model, PSNR, IFC]),
    [
      ['Set5', 'mine', 32.5, undefined],
      ['Set5', 'SRCNN, as published', undefined, 4.58],
    ],
  );
});

test('each study compares runs of different names with one thing changed', () => {
  for (const { name, runs } of studies) {
    assert.equal(new Set(runs.map((run) => run.name)).size, runs.length, name);
    assert.ok(runs.length >= 3, name);
  }
});
