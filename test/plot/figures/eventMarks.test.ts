import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Figure } from '../../../src/plot/figure';
import { compareCurves } from '../../../src/plot/figures/compareCurves';
import { epochScores } from '../../../src/plot/figures/epochScores';
import { eventMarks, markLayout } from '../../../src/plot/figures/eventMarks';
import { lossCurve } from '../../../src/plot/figures/lossCurve';
import { figureSvg } from '../../../src/plot/picture';
import type { History, RunEvent } from '../../../src/runs/history';

const rate = (step: number, from: RunEvent['from'], to: RunEvent['to']): RunEvent => ({
  step,
  what: 'learningRate',
  from,
  to,
});
const pause: RunEvent = { step: 150, what: 'pause', from: 'running', to: 'paused' };
const resume: RunEvent = { step: 150, what: 'resume', from: 'paused', to: 'running' };
const scores = { network: { psnr: 26, ssim: 0.74 }, bicubic: { psnr: 25.7, ssim: 0.73 } };
/** Four epochs of 100 steps. */
const history = (...events: RunEvent[]): History => ({
  losses: [1, 2, 3, 4].map((epoch) => ({ step: 100 * epoch, loss: 1 / epoch })),
  epochs: [1, 2, 3, 4].map((epoch) => ({
    epoch,
    step: 100 * epoch,
    loss: 1 / epoch,
    validationLoss: 1 / epoch,
    scores,
    learningRate: 1e-3,
    seconds: 1,
  })),
  batchesPerEpoch: 100,
  events,
});
const wordsOf = (...events: RunEvent[]) =>
  eventMarks(history(...events), (step) => step, [0, 400]).map(({ x, words }) => [x, words]);
type Part = { name: string; text: string; hovertext: string; xref: string; x0: number; xanchor: string };
const shapes = ({ layout }: Figure) => layout.shapes as Part[];
const notes = ({ layout }: Figure) => (layout.annotations as Part[]).filter(({ xref }) => xref !== 'paper');

test('each event has its words at its step', () => {
  assert.deepEqual(
    wordsOf(
      rate(0, 3e-3, 3e-4),
      pause,
      resume,
      { step: 200, what: 'epochs', from: 4, to: 30 },
      { step: 250, what: 'minutes', from: 20, to: 12.5 },
      { step: 300, what: 'fork', from: 'runs/srcnn', to: 'runs/srcnn-fork' },
      { step: 350, what: 'stop', from: 'running', to: 'stopped' },
      { step: 400, what: 'resume', from: 'stopped', to: 'running' },
    ),
    [
      [0, 'rate 3e-3 → 3e-4'],
      [150, 'paused'],
      [200, 'epochs 4 → 30'],
      [250, 'minutes 20 → 12.5'],
      [300, 'fork srcnn → srcnn-fork'],
      [350, 'stopped'],
      [400, 'resumed'],
    ],
  );
});

test('rates of single layers are told apart, and those that are alike are written once', () => {
  assert.deepEqual(wordsOf(rate(100, [1e-3, 1e-3, 1e-4], [0.02, 0.02, 0.02])), [[100, 'rate 1e-3/1e-4 → 0.02']]);
});

test('close events are one mark, whose changes of a setting are a chain', () => {
  assert.deepEqual(
    wordsOf(rate(100, 1e-3, 2e-3), { ...pause, step: 105 }, rate(109, 2e-3, 1e-3), rate(110, 1e-3, 0.5)),
    [
      [100, 'rate 1e-3 → 2e-3 → 1e-3, paused'],
      [110, 'rate 1e-3 → 0.5'],
    ],
  );
  const drag = Array.from({ length: 400 }, (_, step) => rate(step, (step + 1) / 100, (step + 2) / 100));
  const marks = wordsOf(...drag);
  assert.equal(marks.length, 40);
  assert.deepEqual(marks[0], [0, 'rate 0.01 → … → 0.11']);
});

test('what happened beyond the axis stands at its end', () => {
  assert.deepEqual(
    eventMarks(history(rate(0, 1, 2), rate(400, 2, 3)), (step) => step / 100, [0.5, 3.5]).map(({ x }) => x),
    [0.5, 3.5],
  );
});

test('words stand beside their line where there is room, and elsewhere the pointer shows them', () => {
  const marks = [0, 20, 95].map((x) => ({ x, words: 'rate 3e-3 → 3e-4' }));
  const { annotations } = markLayout(marks, { range: [0, 100], panels: [''], pixels: 330 });
  assert.deepEqual(
    (annotations as unknown as Part[]).map(({ text, xanchor, hovertext }) => [text, xanchor, hovertext]),
    [
      ['…', 'center', 'rate 3e-3 → 3e-4'],
      ['rate 3e-3 → 3e-4', 'left', 'rate 3e-3 → 3e-4'],
      ['rate 3e-3 → 3e-4', 'right', 'rate 3e-3 → 3e-4'],
    ],
  );
});

test('the loss has its marks at steps, the scores at epochs, in each panel', () => {
  const run = history(rate(250, 3e-3, 3e-4));
  const places = (figure: Figure) => shapes(figure).map(({ xref, x0, name }) => [xref, x0, name]);
  assert.deepEqual(places(lossCurve(run)), [['x', 250, 'rate 3e-3 → 3e-4']]);
  const both = [
    ['x', 2.5, 'rate 3e-3 → 3e-4'],
    ['x2', 2.5, 'rate 3e-3 → 3e-4'],
  ];
  assert.deepEqual(places(epochScores(run)), both);
  assert.deepEqual(places(compareCurves([{ name: 'one', history: run }])), both);
});

test('the marks of several runs have their colours and names, and no words beside each other', () => {
  const runs = ['one', 'two'].map((name) => ({ name, history: history(rate(250, 3e-3, 3e-4)) }));
  const figure = compareCurves(runs);
  assert.deepEqual(
    notes(figure).map(({ text, hovertext }) => [text, hovertext]),
    runs.map(({ name }) => ['…', `${name}: rate 3e-3 → 3e-4`]),
  );
  const colors = shapes(figure).map((shape) => (shape as unknown as { line: { color: string } }).line.color);
  assert.deepEqual([colors[0], colors[2]], [colors[1], colors[3]]);
  assert.notEqual(colors[0], colors[2]);
});

test('a run to which nothing was done, or whose history an older version wrote, has no marks', () => {
  const { events: _events, ...older } = history();
  for (const run of [history(), older])
    for (const figure of [lossCurve(run), epochScores(run), compareCurves([{ name: 'one', history: run }])])
      assert.deepEqual([shapes(figure), notes(figure)], [[], []]);
});

test('plotly draws the lines and the words', async () => {
  const svg = await figureSvg(lossCurve(history(rate(250, 3e-3, 3e-4))));
  assert.match(svg, /rate 3e-3 → 3e-4/);
  assert.equal(svg.match(/stroke-dasharray: 3px,3px/g)!.length, 1);
});
