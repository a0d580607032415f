import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../../src/errors';
import { compareCurves } from '../../../src/plot/figures/compareCurves';
import { epochScores } from '../../../src/plot/figures/epochScores';
import type { Figure } from '../../../src/plot/figure';
import { lossCurve } from '../../../src/plot/figures/lossCurve';
import type { EpochRecord, History } from '../../../src/runs/history';

const record = (epoch: number, given: Partial<EpochRecord> = {}): EpochRecord => ({
  epoch,
  loss: 0.02,
  validationLoss: 0.03 / epoch,
  scores: {
    network: { psnr: 26 + epoch / 10, ssim: 0.74 + epoch / 100 },
    bicubic: { psnr: 25.74, ssim: 0.7293 },
  },
  learningRate: 1e-3,
  seconds: 1,
  ...given,
});
const unscored = { scores: null };
const history = (epochs: EpochRecord[], losses: History['losses'] = []): History => ({ epochs, losses });
const axisOf = (figure: Figure, name: string) =>
  figure.layout[name] as { type?: string; range: number[]; ticktext?: string[]; title: { text: string } };
const traces = (figure: Figure, name: string) =>
  figure.data.filter((trace) => trace.name === name) as {
    x: number[];
    y: number[];
    yaxis: string;
    line: { dash?: string };
  }[];

test('validation loss stands at the step where its epoch ended', () => {
  const steps = [100, 200, 300].map((step) => ({ step, loss: 0.05 }));
  const [given] = traces(lossCurve(history([record(1), record(2)], steps), { batchesPerEpoch: 163 }), 'validation');
  assert.deepEqual(
    [given.x, given.y],
    [
      [163, 326],
      [0.03, 0.015],
    ],
  );
  const [derived] = traces(lossCurve(history([record(1), record(2)], steps)), 'validation');
  assert.deepEqual(derived.x, [150, 300]);
});

test("the mean of an epoch's batches stands in its middle", () => {
  const [training] = traces(
    lossCurve(history([record(1, { loss: 0.04 }), record(2)], [{ step: 300, loss: 0.05 }]), { batchesPerEpoch: 163 }),
    'training',
  );
  assert.deepEqual(
    [training.x, training.y],
    [
      [81.5, 244.5],
      [0.04, 0.02],
    ],
  );
});

test('without batch losses the epochs are the unit', () => {
  const figure = lossCurve(history([record(1), record(2)]));
  assert.equal(axisOf(figure, 'xaxis').title.text, 'epoch');
  assert.deepEqual(traces(figure, 'validation')[0].x, [1, 2]);
});

test('the loss axis is logarithmic, with its values written out, however little the losses differ', () => {
  const losses = (last: number) => [
    { step: 1, loss: 0.9 },
    { step: 2, loss: last },
  ];
  const axisFor = (last: number) => axisOf(lossCurve(history([], losses(last))), 'yaxis');
  const texts = {
    0.01: ['0.01', '0.02', '0.05', '0.5', '1'],
    0.3: ['0.4', '0.6', '0.8'],
    0.89: ['0.89', '0.895', '0.9'],
    0.9: ['0.8', '1'],
  };
  for (const [last, expected] of Object.entries(texts)) {
    const { type, ticktext } = axisFor(Number(last));
    assert.equal(type, 'log');
    for (const text of expected) assert.ok(ticktext!.includes(text), `${text} among ${ticktext}`);
    assert.ok(ticktext!.length >= 2 && ticktext!.length <= 12, `${ticktext}`);
  }
});

test("each score has bicubic's as a dashed line across its panel", () => {
  const figure = epochScores(history([record(1), record(2), record(3)]));
  const lines = traces(figure, 'bicubic');
  assert.deepEqual(
    lines.map(({ y, yaxis }) => [yaxis, ...y]),
    [
      ['y', 25.74, 25.74],
      ['y2', 0.7293, 0.7293],
    ],
  );
  for (const { line, x } of lines) assert.deepEqual([line.dash, x], ['dash', axisOf(figure, 'xaxis').range]);
  assert.deepEqual(
    traces(figure, 'network').map(({ y }) => y[2]),
    [26.3, 0.77],
  );
});

test("one epoch is enough, and its point and bicubic's line are inside the panel", () => {
  const figure = epochScores(history([record(1)]));
  const [low, high] = axisOf(figure, 'yaxis').range;
  assert.ok(low < 25.74 && high > 26.1);
  assert.deepEqual(traces(figure, 'network')[0].x, [1]);
});

test('scores that are all infinite leave the axis to plotly, as they have no range', () => {
  const equal = { psnr: Infinity, ssim: 1 };
  const figure = epochScores(history([record(1, { scores: { network: equal, bicubic: equal } })]));
  assert.equal((figure.layout as { yaxis: { range?: number[] } }).yaxis.range, undefined);
});

test('epochs without scores are skipped; a run without any scores, and an empty history, are refused', () => {
  assert.deepEqual(traces(epochScores(history([record(1, unscored), record(2)])), 'network')[0].x, [2]);
  assert.throws(
    () => epochScores(history([record(1, unscored)])),
    (error: Error) => error instanceof OptionError && /evaluation/.test(error.message),
  );
  assert.throws(() => lossCurve(history([])), OptionError);
  assert.throws(() => compareCurves([{ name: 'nothing yet', history: history([]) }]), OptionError);
});

test('runs differ in colour, and their common bicubic score is drawn once', () => {
  const figure = compareCurves([
    { name: 'Adam', history: history([record(1), record(2)]) },
    { name: 'SGD', history: history([record(1)]) },
  ]);
  const colours = ['Adam', 'SGD'].map((name) => (traces(figure, name)[0].line as { color?: string }).color);
  assert.notEqual(colours[0], colours[1]);
  assert.deepEqual(
    traces(figure, 'Adam').map(({ y }) => y),
    [
      [0.03, 0.015],
      [26.1, 26.2],
    ],
  );
  assert.deepEqual(
    traces(figure, 'bicubic').map(({ y }) => y[0]),
    [25.74],
  );
});

test('runs without scores are compared by their validation loss alone', () => {
  const figure = compareCurves([{ name: 'Adam', history: history([record(1, unscored)]) }]);
  assert.deepEqual(
    figure.data.map((trace) => trace.yaxis),
    ['y'],
  );
});
