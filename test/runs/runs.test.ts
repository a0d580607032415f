import assert from 'node:assert/strict';
import { chain } from '../../src/network/families/srcnn';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { scoresToJson } from '../../src/evaluation/scoreJson';
import { CheckpointError, DatasetError, OptionError, UnknownNameError } from '../../src/errors';
import type { EpochRecord } from '../../src/runs/history';
import { recipes } from '../../src/recipes/recipes';
import { runsFrame } from '../../src/runs/frames';
import { optionText } from '../../src/runs/optionText';
import { loadRun } from '../../src/runs/readRun';
import { checkRunName } from '../../src/runs/runName';
import { runs } from '../../src/runs/runs';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srcnn-runs-'));
  await save('beta', [epoch(1, 0.5, 25.2), epoch(2, 0.3, 26.1), epoch(3, 0.4, 26.3)], recipes.report);
  await save('alpha', [epoch(1, 0.2, null)]);
  await save('unscored', []);
  await save(join('grid', 'seed=1'), [epoch(1, 0.7, 24)]);
  await save('torn', [epoch(1, 0.1, 30)]);
  await writeFile(join(folder, 'torn', 'history.json'), '{"losses": [{"step": 1, "lo');
  await save('foreign', []);
  await writeFile(join(folder, 'foreign', 'history.json'), '{"epochs": [{"epoch": "one"}], "losses": []}');
  await mkdir(join(folder, 'begun'));
  await writeFile(join(folder, 'begun', 'options.json'), JSON.stringify(recipes.tuned));
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'notes.txt'), 'no run');
});
after(() => rm(folder, { recursive: true }));

function epoch(number: number, validationLoss: number, psnr: number | null): EpochRecord {
  return {
    epoch: number,
    loss: 1,
    validationLoss,
    scores: psnr === null ? null : { network: { psnr, ssim: psnr / 40 }, bicubic: { psnr: 25, ssim: 0.7 } },
    learningRate: 1e-3,
    seconds: 90,
  };
}

async function save(name: string, epochs: EpochRecord[], options: object = recipes.tuned): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, name, 'options.json'), JSON.stringify({ ...options, data: 'made up' }));
  await writeFile(join(folder, name, 'history.json'), scoresToJson({ losses: [], epochs }));
}

const quiet = { onSkipped: () => undefined };

test('every run is listed with its options and the scores of the epoch whose weights were kept', async () => {
  const rows = await runs(folder, quiet);
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['alpha', 'beta', 'grid/seed=1', 'unscored'],
  );
  assert.deepEqual(rows[1], {
    name: 'beta',
    network: '9-1-7',
    initialization: 'gaussian',
    optimizer: 'sgd',
    learningRate: '0.0001-0.0001-0.00001',
    schedule: 'constant',
    batchSize: 128,
    border: 0,
    seed: 0,
    epochs: 20,
    epochsDone: 3,
    bestEpoch: 2,
    validationLoss: 0.3,
    psnr: 26.1,
    ssim: 26.1 / 40,
    bicubicPsnr: 25,
    bicubicSsim: 0.7,
    minutes: 4.5,
  });
  assert.deepEqual([rows[0].psnr, rows[0].validationLoss], [null, 0.2]);
  assert.deepEqual([rows[3].epochsDone, rows[3].bestEpoch, rows[3].minutes], [0, null, 0]);
});

test('folders whose history is missing, damaged or foreign are reported and do no harm', async () => {
  const skipped = new Map<string, string>();
  await runs(folder, { onSkipped: (where, reason) => void skipped.set(where, reason) });
  assert.deepEqual(
    [...skipped.keys()],
    ['begun', 'empty', 'foreign', 'torn'].map((name) => join(folder, name)),
  );
  assert.match(skipped.get(join(folder, 'begun'))!, /history\.json is not there/);
  assert.match(skipped.get(join(folder, 'torn'))!, /history\.json cannot be read/);
  assert.match(skipped.get(join(folder, 'foreign'))!, /history\.json is not what a run writes/);
});

test('a damaged run of any kind is reported with its reason and hides no other run', async () => {
  const own = join(folder, 'damaged');
  await save(join('damaged', 'good'), [
    epoch(1, 0.2, 30),
    { ...epoch(2, 0.1, 30), scores: { network: { psnr: Infinity, ssim: 1 }, bicubic: { psnr: 25, ssim: 0.7 } } },
  ]);
  const rows = [epoch(1, 0.2, 30), epoch(2, 0.1, 31)];
  const histories: [string, object, RegExp][] = [
    ['gap', [rows[0], epoch(3, 0.1, 31)], /its epoch 2 is numbered 3/],
    ['twice', [rows[0], rows[0]], /its epoch 2 is numbered 1/],
    ['late', [epoch(2, 0.1, 31)], /its epoch 1 is numbered 2/],
    ['empty', [null], /in its epoch 1 there is null/],
    ['lossless', [{ ...rows[0], validationLoss: null }], /in its epoch 1 validationLoss is null/],
    ['worded', [{ ...rows[0], scores: { network: { psnr: 'high' } } }], /in its epoch 1 scores is .*"high"/],
  ];
  for (const [name, epochs] of histories) await save(join('damaged', `history-${name}`), epochs as EpochRecord[]);
  const options: [string, unknown, RegExp][] = [
    ['null', null, /not a set of options/],
    ['list', [null], /not a set of options/],
    ['network-list', { ...recipes.tuned, network: [null] }, /network is not one .*\[null\]/],
    ['network-empty', { ...recipes.tuned, network: {} }, /network is not one/],
    ['network-none', { ...recipes.tuned, network: null }, /network is not one/],
    ['layer', { ...recipes.tuned, network: { channels: 1, layers: [null] } }, /layer 1: is null/],
    ['rate', { ...recipes.tuned, learningRate: {} }, /learningRate is \{\}/],
    ['rates', { ...recipes.tuned, learningRate: [1e-3, null] }, /learningRate is \[0\.001,null\]/],
    ['epochs', { ...recipes.tuned, epochs: '20' }, /epochs is "20"/],
    ['batch', { ...recipes.tuned, batchSize: null }, /batchSize is null/],
    ['optimizer', { ...recipes.tuned, optimizer: 7 }, /optimizer is 7/],
  ];
  for (const [name, content] of options) {
    await save(join('damaged', `options-${name}`), rows);
    await writeFile(join(own, `options-${name}`, 'options.json'), JSON.stringify(content));
  }
  const skipped = new Map<string, string>();
  const found = await runs(own, { onSkipped: (where, reason) => void skipped.set(where, reason) });
  assert.deepEqual(
    found.map(({ name, psnr }) => [name, psnr]),
    [['good', Infinity]],
  );
  const told = (kind: string, [name, , pattern]: [string, unknown, RegExp]) =>
    assert.match(skipped.get(join(own, `${kind}-${name}`)) ?? '', pattern, name);
  for (const history of histories) told('history', history);
  for (const option of options) told('options', option);
  assert.equal(skipped.size, histories.length + options.length);
  await rm(own, { recursive: true });
});

test('where nothing was trained there are no runs', async () => {
  assert.deepEqual(await runs(join(folder, 'nowhere')), []);
  await assert.rejects(runs(join(folder, 'notes.txt')), DatasetError);
});

test('the rows become a DataFrame, also when there are none', async () => {
  type Frame = { shape: number[]; columns: string[]; values: unknown[][] };
  const frame = (await runsFrame(folder, quiet)) as Frame;
  assert.deepEqual(frame.shape, [4, 18]);
  assert.deepEqual(frame.columns.slice(0, 5), ['name', 'psnr', 'ssim', 'validationLoss', 'minutes']);
  assert.equal(frame.values[1][frame.columns.indexOf('psnr')], 26.1);
  assert.equal(frame.values[1][frame.columns.indexOf('learningRate')], '0.0001-0.0001-0.00001');
  assert.deepEqual(((await runsFrame(join(folder, 'nowhere'))) as Frame).shape, [0, 0]);
});

test("a run is loaded by name, by a sweep's name, or by its folder", async () => {
  const { name, options, history } = await loadRun('beta', folder);
  assert.deepEqual([name, options.optimizer, history.epochs.length], ['beta', 'sgd', 3]);
  assert.equal((await loadRun('grid/seed=1', folder)).name, 'grid/seed=1');
  assert.equal((await loadRun(join(folder, 'beta'))).name, 'beta');
});

test('a run that does not exist, or is damaged, is named in the error', async () => {
  await assert.rejects(
    loadRun('gamma', folder),
    (error: Error) => error instanceof UnknownNameError && /"gamma".*alpha, .*beta/.test(error.message),
  );
  await assert.rejects(loadRun('gamma', join(folder, 'nowhere')), DatasetError);
  await assert.rejects(loadRun('torn', folder), CheckpointError);
  await assert.rejects(loadRun('', folder), OptionError);
});

test('a run name that is not a plain folder name is refused', () => {
  for (const name of [
    '',
    ' ',
    '.',
    '..',
    'a/b',
    'a\\b',
    '../x',
    '/tmp',
    '.hidden',
    'a.',
    'a ',
    'a:b',
    'what?',
    'line\nbreak',
    'nul\0',
    'CON',
    'lpt1.txt',
    'x'.repeat(101),
  ]) {
    assert.throws(() => checkRunName(name), OptionError, JSON.stringify(name));
  }
  for (const name of ['adam', 'filters=64-32,learningRate=0.001', 'Versuch 2', 'größer', 'v1.2']) checkRunName(name);
});

test('networks and lists have a short text', () => {
  assert.equal(
    optionText(
      chain([
        { filters: 8, kernel: 5, activation: 'relu' },
        { filters: 1, kernel: 3, activation: 'linear' },
      ]),
    ),
    '5-3 (8)',
  );
  assert.equal(optionText([1e-4, 1e-5]), '0.0001-0.00001');
  assert.equal(optionText(0), 0);
});

test('a run that version 0.1 wrote is read: scores side by side, a network as the list of its layers', async () => {
  const old = { epoch: 1, loss: 1, validationLoss: 0.5, learningRate: 1e-3, seconds: 3 };
  const epochs = [
    { ...old, psnr: 26, ssim: 0.7, bicubicPsnr: 25, bicubicSsim: 0.6 },
    { ...old, epoch: 2, psnr: null, ssim: null, bicubicPsnr: null, bicubicSsim: null },
  ];
  const layers = [{ filters: 1, kernel: 3, activation: 'linear' }];
  await save('earlier', epochs as unknown as EpochRecord[], { ...recipes.tuned, network: layers });
  const { history, options } = await loadRun('earlier', folder);
  assert.deepEqual(
    history.epochs.map(({ scores }) => scores),
    [{ network: { psnr: 26, ssim: 0.7 }, bicubic: { psnr: 25, ssim: 0.6 } }, null],
  );
  assert.equal((options.network as { name: string }).name, '3');
});
