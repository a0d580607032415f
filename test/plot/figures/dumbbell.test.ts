import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncomparableScoresError, OptionError } from '../../../src/errors';
import type { SetScores } from '../../../src/evaluation/setScores';
import type { Figure } from '../../../src/plot/figure';
import { dumbbell } from '../../../src/plot/figures/dumbbell';
import { figureSvg } from '../../../src/plot/picture';
import { evaluationOf } from './evaluationOf';

type Trace = { name?: string; mode: string; x: (number | null)[]; y: (number | null)[]; text: string[] };
const traces = (figure: Figure) => figure.data as unknown as Trace[];
const names = (figure: Figure) => (figure.layout.yaxis as { ticktext: string[] }).ticktext;

test('pictures stand in the order of their gain, bicubic and network joined, with the gain beside them', async () => {
  const figure = dumbbell({
    mine: evaluationOf({
      psnr: [
        [25, 25.5],
        [30, 32],
        [28, 27],
      ],
    }),
  });
  assert.deepEqual(names(figure), ['1.png', '0.png', '2.png']);
  const [joints, bicubic, mine, gains] = traces(figure);
  assert.deepEqual(
    [bicubic.x, mine.x],
    [
      [30, 25, 28],
      [32, 25.5, 27],
    ],
  );
  assert.deepEqual(joints.x, [30, 32, null, 25, 25.5, null, 27, 28, null]);
  assert.deepEqual(
    gains.text.map((text) => text.trim()),
    ['+2.00', '+0.50', '-1.00'],
  );
  const svg = await figureSvg(figure);
  for (const text of ['1.png', '+2.00', 'mine', 'bicubic', 'PSNR (dB)']) assert.ok(svg.includes(text), text);
});

test('where lower is better, the picture whose error falls the most is at the top', () => {
  const figure = dumbbell(
    {
      mine: evaluationOf({
        rmse: [
          [9, 8],
          [7, 3],
        ],
      }),
    },
    'rmse',
  );
  assert.deepEqual(names(figure), ['1.png', '0.png']);
  assert.match(JSON.stringify(figure.layout.title), /lower is better/);
  assert.deepEqual(
    traces(figure)
      .at(-1)!
      .text.map((text) => text.trim()),
    ['+4.000', '+1.000'],
  );
});

test('several networks are told apart by colour and shape, and the mean of their gains is the order', () => {
  const one = evaluationOf({
    psnr: [
      [25, 26],
      [25, 25],
    ],
  });
  const two = evaluationOf({
    psnr: [
      [25, 26],
      [25, 29],
    ],
  });
  const figure = dumbbell({ one, two });
  assert.deepEqual(names(figure), ['1.png', '0.png']);
  const marks = figure.data.slice(2).map(({ name, marker }) => [name, marker as { color: string; symbol: string }]);
  assert.deepEqual(
    marks.map(([name]) => name),
    ['one', 'two'],
  );
  const [a, b] = marks.map(([, marker]) => marker as { color: string; symbol: string });
  assert.notEqual(a.color, b.color);
  assert.notEqual(a.symbol, b.symbol);
});

test('pictures with an infinite score are left out and counted, and 200 pictures fit without their names', () => {
  const figure = dumbbell({
    mine: evaluationOf({
      psnr: [
        [Infinity, Infinity],
        [25, Infinity],
        [25, 26],
      ],
    }),
  });
  assert.deepEqual(names(figure), ['2.png']);
  assert.match(JSON.stringify(figure.layout.title), /1 of 3 pictures/);
  const many = dumbbell({ mine: evaluationOf({ psnr: Array.from({ length: 200 }, (_, i) => [20, 21 + i / 100]) }) });
  assert.equal(names(many), undefined);
  assert.ok((many.layout.height as number) < 1300);
});

test('scores that do not belong together, or are not there, are refused', () => {
  const mine = evaluationOf({ psnr: [[25, 26]] });
  assert.throws(() => dumbbell({ mine, other: { ...mine, protocol: 'paper' } }), IncomparableScoresError);
  assert.throws(
    () =>
      dumbbell({
        mine,
        other: evaluationOf({
          psnr: [
            [25, 26],
            [25, 26],
          ],
        }),
      }),
    IncomparableScoresError,
  );
  const refused = (run: () => Figure, message: RegExp) =>
    assert.throws(run, (error: Error) => error instanceof OptionError && message.test(error.message));
  refused(() => dumbbell({}), /no evaluation to show/);
  refused(() => dumbbell({ mine }, 'ssim'), /mine has no scores by ssim, only by psnr/);
  refused(() => dumbbell({ mine: { ...mine, rows: [{ file: 'a', bicubic: { psnr: 25 } }] } }), /bicubic only/);
  refused(() => dumbbell({ mine: evaluationOf({ psnr: [[25, Infinity]] }) }), /no picture has a finite psnr/);
});

const measure = { name: 'psnr', title: 'PSNR', unit: 'dB', better: 'higher', digits: 2 } as const;
const setScores = (model: string, values: number[], rest: Partial<SetScores> = {}): SetScores => ({
  ...{ model, protocol: 'paper', scale: 3, sigma: 0, set: 'set5', measure, mean: values[0], finite: values.length },
  pictures: values.map((value, i) => ({ file: `${i}.png`, value })),
  ...rest,
});

test('what evaluateModels found on one set is shown without a second evaluation', () => {
  const scores = [setScores('bicubic', [30, 28]), setScores('mine', [31, 28.5]), setScores('theirs', [30.5, 29])];
  const [, bicubic, mine, theirs] = traces(dumbbell({ scores }));
  assert.deepEqual([bicubic.name, mine.name, theirs.name], ['bicubic', 'mine', 'theirs']);
  assert.deepEqual([bicubic.x, mine.x, theirs.x].flat(), [30, 28, 31, 28.5, 30.5, 29]);
});

test('scores of two sets or two protocols, of bicubic alone or by another measure are refused by name', () => {
  const [bicubic, mine] = [setScores('bicubic', [30]), setScores('mine', [31])];
  const shown =
    (...scores: SetScores[]) =>
    () =>
      dumbbell({ scores });
  assert.throws(
    shown(bicubic, mine, setScores('bicubic', [30], { set: 'set14' })),
    /scores of set5, set14; give those/,
  );
  assert.throws(shown(bicubic, setScores('mine', [31], { protocol: 'report' })), IncomparableScoresError);
  assert.throws(shown(bicubic), /scores of bicubic only/);
  assert.throws(() => dumbbell({ scores: [bicubic, mine] }, 'ssim'), /no scores by ssim/);
});
