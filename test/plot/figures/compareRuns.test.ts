import assert from 'node:assert/strict';
import { chain } from '../../../src/network/families/srcnn';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { IncomparableScoresError, OptionError, UnknownNameError } from '../../../src/errors';
import { compareRuns } from '../../../src/plot/figures/compareRuns';
import { scoreCurves } from '../../../src/plot/figures/scoreCurves';
import { recipes, type TrainOptions } from '../../../src/recipes/recipes';
import type { SavedRun } from '../../../src/runs/readRun';

function run(name: string, changes: Partial<TrainOptions>, losses: number[]): SavedRun {
  const epochs = losses.map((validationLoss, index) => ({
    epoch: index + 1,
    loss: 1,
    validationLoss,
    scores: { network: { psnr: 30 - validationLoss, ssim: 0.8 }, bicubic: { psnr: 25, ssim: 0.7 } },
    learningRate: 1e-3,
    seconds: 6,
  }));
  return { name, options: { ...recipes.tuned, ...changes }, history: { losses: [], epochs } };
}

test('the table holds only the options that differ, and what was reached', async () => {
  const layers = chain([
    { filters: 8, kernel: 5, activation: 'relu' },
    { filters: 1, kernel: 3, activation: 'linear' },
  ]);
  const { differences } = await compareRuns([
    run('one', { learningRate: 1e-3 }, [0.4, 0.2]),
    run('two', { learningRate: 3e-4, network: layers, momentum: 0.5 }, [0.3]),
  ]);
  const scores = { ssim: 0.8, bicubicPsnr: 25, bicubicSsim: 0.7 };
  assert.deepEqual(differences, [
    {
      name: 'one',
      network: '9-1-7',
      learningRate: 1e-3,
      momentum: null,
      epochsDone: 2,
      bestEpoch: 2,
      validationLoss: 0.2,
      psnr: 29.8,
      ...scores,
      minutes: 0.2,
    },
    {
      name: 'two',
      network: '5-3 (8)',
      learningRate: 3e-4,
      momentum: 0.5,
      epochsDone: 1,
      bestEpoch: 1,
      validationLoss: 0.3,
      psnr: 29.7,
      ...scores,
      minutes: 0.1,
    },
  ]);
});

test('the figure overlays the curves of runs found by name and of runs at hand', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'srcnn-compare-'));
  try {
    const saved = run('', {}, [0.5, 0.4]);
    await mkdir(join(folder, 'saved'));
    await writeFile(join(folder, 'saved', 'options.json'), JSON.stringify(saved.options));
    await writeFile(join(folder, 'saved', 'history.json'), JSON.stringify(saved.history));
    const { figure, differences } = await compareRuns(['saved', run('at hand', {}, [0.6])], folder);
    assert.deepEqual(Object.keys(differences[0]).slice(0, 6), [
      ...['name', 'psnr', 'ssim', 'validationLoss', 'minutes'],
      'epochsDone',
    ]);
    assert.deepEqual(
      figure.data.filter(({ yaxis }) => yaxis === 'y').map(({ name, y }) => [name, y]),
      [
        ['saved', [0.5, 0.4]],
        ['at hand', [0.6]],
      ],
    );
    await assert.rejects(compareRuns(['saved', 'lost'], folder), UnknownNameError);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('nothing to compare is an error with advice', async () => {
  await assert.rejects(compareRuns([]), OptionError);
  await assert.rejects(compareRuns([run('unborn', {}, [])]), OptionError);
});

test('runs under two protocols or scales are refused with both names; the old name of one is the same', async () => {
  const trainedOn = (name: string, conditions: string): SavedRun => {
    const { options, ...rest } = run(name, {}, [0.3]);
    const data = `17243 patches of 32, ${conditions}, sha256 27238321e4647a96`;
    return { ...rest, options: Object.assign(options, { data }) };
  };
  const [mine, old] = [trainedOn('mine', 'report x3'), trainedOn('old', 'seed x3')];
  assert.equal((await compareRuns([mine, old])).differences.length, 2);
  for (const conditions of ['paper x3', 'report x2']) {
    const theirs = trainedOn('theirs', conditions);
    const message = `mine has scores of protocol report x3, and theirs of ${conditions}: these cannot be`;
    const refusal = (error: Error) => error instanceof IncomparableScoresError && error.message.startsWith(message);
    await assert.rejects(compareRuns([mine, theirs]), refusal);
    assert.throws(() => scoreCurves([mine, theirs]), refusal);
  }
});
