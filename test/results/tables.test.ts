import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chain } from '../../src/network/families/srcnn';
import { after, before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { psnr } from '../../src/measures/psnr';
import { protocolOf } from '../../src/protocols/protocols';
import { branchesTable } from '../../src/results/branchesTable';
import { reportFigure, reportTable } from '../../src/results/reportEpochs';
import { restoredPictures } from '../../src/results/restoredPictures';
import type { ResultRun } from '../../src/results/resultRun';
import { runTable } from '../../src/results/runTable';
import { untilTable } from '../../src/results/untilTable';
import type { ScoreRow } from '../../src/results/scoreRows';
import { recipes } from '../../src/recipes/recipes';
import { goldenImage } from '../golden/image';
import type { Model } from '../../src/network/network';
import { initialize } from '../../src/network/initialize';

let engine: Engine;
before(async () => void (engine = await createWasmEngine({ threads: 1 })));
after(() => engine.close());

/** A network that gives back what it is given. */
function identity(): Model {
  const model = initialize(chain([{ filters: 1, kernel: 1, activation: 'linear' }]));
  model.weights.set([1, 0]);
  return model;
}

const epoch = (number: number, validationLoss: number, psnr: number) => ({
  epoch: number,
  loss: 1,
  validationLoss,
  scores: { network: { psnr, ssim: psnr / 40 }, bicubic: { psnr: 25, ssim: 0.7 } },
  learningRate: 1e-3,
  seconds: 90,
});

function resultRun(name: string, protocol: 'report' | 'paper', scale: number): ResultRun {
  const history = { losses: [], epochs: [epoch(1, 0.3, 26), epoch(2, 0.4, 27)] };
  return {
    name,
    folder: name,
    protocol,
    scale,
    options: recipes.tuned,
    history,
    model: identity(),
    data: '216361 patches of 32, seed x3, sha256 0',
    machine: '2 x a processor',
  };
}

const rows = (set: string, bicubic: number[], network: number[]): ScoreRow[] =>
  bicubic.map((psnr, i) => ({
    set,
    file: `${i}.png`,
    bicubic: { psnr, ssim: psnr / 50 },
    network: { psnr: network[i], ssim: network[i] / 50 },
  }));

test(
  'the table has the runs of each protocol and scale below their bicubic, report first, with minutes, kept ' +
    'epoch and pictures above bicubic',
  () => {
    const paper = { run: resultRun('a', 'paper', 2), rows: rows('Set5', [30, 32], [33, 31]) };
    const seed = {
      run: resultRun('b c', 'report', 3),
      rows: [...rows('Set5', [20], [25]), ...rows('Set14', [20], [22])],
    };
    const lines = runTable([paper, seed])
      .split('\n')
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    assert.deepEqual(lines[0], [
      'run',
      'recipe',
      'patches',
      'epochs',
      'minutes',
      'machine',
      '219 of the report',
      'BSDS500 val',
      'Set5',
      'Set14',
      'BSD100',
      'pictures above bicubic',
    ]);
    assert.deepEqual(lines[2], [
      'bicubic, protocol report x3',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
      '20.0000 / 0.40000',
      '20.0000 / 0.40000',
      '',
      '',
    ]);
    assert.deepEqual(lines[3], [
      '[b c](b%20c/)',
      'tuned',
      '216,361 of 32x32',
      '2 of 20 (1 kept)',
      '3',
      '2 x a processor',
      '',
      '',
      '25.0000 / 0.50000',
      '22.0000 / 0.44000',
      '',
      '1 of 1, 1 of 1',
    ]);
    assert.equal(lines[4][0], 'bicubic, protocol paper x2');
    assert.deepEqual(lines[5].slice(8), ['32.0000 / 0.64000', '', '', '1 of 2']);
  },
);

test('published scores stand between bicubic and the runs of their protocol and scale, a row for each method', () => {
  const paper = { run: resultRun('a', 'paper', 2), rows: rows('Set5', [30], [33]) };
  const score = (
    method: string,
    scale: number,
    set: string,
    psnr: number,
    ssim: number | null,
    bicubic: number | null = null,
  ) => ({
    method,
    protocol: 'paper' as const,
    scale,
    set,
    psnr,
    ssim,
    bicubic,
    multiplyAdds: null,
    source: 'somebody',
  });
  const published = [
    score('one', 2, 'Set5', 36.66, 0.9542),
    score('one', 2, 'BSD100', 31.4, null),
    score('two', 2, 'Set14', 32, 0.9),
    score('two', 3, 'Set5', 32, 0.9),
    // Beside another bicubic: not to be compared.
    score('three', 2, 'Set5', 37, 0.9, 33.95),
  ];
  const lines = runTable([paper], published)
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  assert.deepEqual(
    lines.map(([name]) => name),
    ['bicubic, protocol paper x2', 'one, as published', 'two, as published', '[a](a/)'],
  );
  assert.deepEqual(lines[1].slice(6), ['', '', '36.66 / 0.9542', '', '31.40', '']);
});

test("the report's epochs stand beside a shorter run's, and the sentence compares the last that both have", () => {
  const report = [1, 2, 3].map((number) => ({
    epoch: number,
    validationLoss: 1 / number,
    psnr: 20 + number,
    ssim: 0.5,
  }));
  const { history } = resultRun('a', 'report', 3);
  const lines = reportTable(history, report).split('\n');
  assert.match(
    lines[0],
    /^After epoch 2, the run has 27\.000000 dB .* the report 22\.000000 dB .*difference \+5\.000 dB/,
  );
  assert.equal(lines.at(-1), '| 3 |  |  |  | 0.333333 | 23.000000 | 0.500000 |');
  const figure = reportFigure(history, report);
  const { range } = figure.layout.yaxis as { range: number[] };
  assert.ok(range[0] < 21 && range[1] > 27, 'all points are inside');
});

for (const protocol of ['report', 'paper'] as const) {
  test(`the pictures of a run with protocol ${protocol} are those that evaluation scores`, async () => {
    const run = resultRun('a', protocol, 3);
    const { images, scores } = await restoredPictures(goldenImage(), run, engine);
    const options = { scale: 3, sigma: protocolOf(protocol).degradation.sigma, bicubic: true };
    const compared = await protocolOf(protocol).compare(goldenImage(), options);
    const { truth, bicubic } = compared;
    const border = protocolOf(protocol).border(3);
    assert.equal(scores.bicubic, psnr(truth, bicubic!, { border }));
    assert.deepEqual([images.bicubic.width, images.restored.height], [images.original.width, images.original.height]);
    assert.ok(protocol === 'report' || scores.restored === scores.bicubic, 'the network changes nothing');
  });
}

test("the table of minutes has runs from new weights scored on Set5, and when each passed Dong et al.'s score", () => {
  const published = [
    { psnr: 26.5, set: 'Set5', protocol: 'paper', scale: 3 },
    { psnr: 40, set: 'Set5', protocol: 'paper', scale: 2 },
  ].map((score) => ({
    ...score,
    method: 'SRCNN 9-5-5 of Dong et al. (ImageNet)',
    ssim: null,
    bicubic: null,
    multiplyAdds: null,
    source: '',
  }));
  const passing = { run: resultRun('passing', 'paper', 3), rows: rows('Set5', [24, 26], [33, 31]) };
  const below = { run: resultRun('below', 'paper', 2), rows: rows('Set5', [24, 26], [33, 31]) };
  const otherSet = { run: resultRun('other', 'paper', 3), rows: rows('Set5', [24, 27], [33, 31]) };
  const started = {
    run: { ...resultRun('started', 'paper', 3), options: { ...recipes.tuned, from: 'x3' } },
    rows: passing.rows,
  };
  const lines = untilTable([passing, below, otherSet, started], published).split('\n');
  assert.deepEqual(lines.slice(2), [
    '| [passing](passing/) | 9-1-7 | x3: 26.50 | 3.0 | 27.00 | 3 |  |',
    '| [below](below/) | 9-1-7 | x2: 40.00 | not passed |  | 3 |  |',
  ]);
  assert.equal(untilTable([otherSet], published), 'No run here was scored on Set5 after each epoch.');
});

test("the table of ECBSR's branches is that of its file, and a file of another form is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'srcnn-branches-'));
  const file = join(folder, 'branches.csv');
  assert.equal(await branchesTable(file), 'Not measured yet.');
  await writeFile(file, 'optimizer,branches,updates,Set5,Set14\nsoap,with,3000,32.51234,29.1\n');
  assert.match(await branchesTable(file), /\| soap \| with \| 3,000 \| 32\.512 \| 29\.100 \|/);
  await writeFile(file, 'optimizer,Set5\nsoap,32\n');
  await assert.rejects(branchesTable(file), /branches\.csv, line 1: .*tryBranches/);
  await rm(folder, { recursive: true });
});
