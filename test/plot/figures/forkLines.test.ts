import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Figure } from '../../../src/plot/figure';
import { liveFigure } from '../../../src/plot/figures/liveFigure';
import { sketch } from '../../../src/plot/sketch';
import type { EpochRecord } from '../../../src/runs/history';
import type { TrainSession } from '../../../src/training/settings';

const bicubic = { psnr: 25.7, ssim: 0.73 };
const record = (epoch: number, loss: number): EpochRecord => ({
  epoch,
  step: 10 * epoch,
  loss,
  validationLoss: 2 * loss,
  scores: { network: { psnr: 26 + loss, ssim: 0.7 + loss / 10 }, bicubic },
  learningRate: loss / 100,
  seconds: 1,
});
/** A session whose epochs have these losses: all that the figure asks of it. */
const session = (folder: string | undefined, losses: number[], forks: TrainSession[] = []) =>
  ({
    folder,
    forks,
    history: { losses: [], epochs: losses.map((loss, index) => record(index + 1, loss)), batchesPerEpoch: 10 },
    progress: null,
    state: 'running',
    epochs: 10,
    learningRate: 1e-3,
  }) as unknown as TrainSession;
type Trace = { name: string; x: number[]; y: number[]; yaxis: string; line: { color: string }; showlegend?: boolean };
const traces = (figure: Figure, name: string) => figure.data.filter((each) => each.name === name) as unknown as Trace[];
const inRuns = (name: string) => join('runs', name);

test('a fork has its curves in every panel of the chart, from the last epoch that it shares with its run', () => {
  const fork = session(inRuns('srcnn-fork'), [0.9, 0.8, 0.3, 0.2]);
  const figure = liveFigure(session(inRuns('srcnn'), [0.9, 0.8, 0.7], [fork]));
  assert.deepEqual(
    traces(figure, 'fork').map(({ yaxis, x, y, showlegend }) => [yaxis, x, y, showlegend]),
    [
      ['y', [2.5, 3.5], [0.3, 0.2], undefined],
      ['y', [2, 3, 4], [1.6, 0.6, 0.4], false],
      ['y3', [2, 3, 4], [0.008, 0.003, 0.002], false],
      ['y2', [2, 3, 4], [26.8, 26.3, 26.2], false],
      ['y4', [2, 3, 4], [0.78, 0.73, 0.72], false],
    ],
  );
  assert.deepEqual(traces(figure, 'validation')[0].x, [1, 2, 3], "the run's own curve stays whole");
  const { range } = figure.layout.xaxis as { range: number[] };
  assert.ok(range[1] >= 4, 'the fork is ahead, and the axis reaches as far');
  const scores = figure.layout.yaxis2 as { range: number[] };
  assert.ok(scores.range[0] < 25.7 && scores.range[1] > 26.9);
});

test('a fork that has trained no epoch of its own adds what was seen of its batches', () => {
  const fork = session(undefined, [0.9]);
  const points = [{ step: 14, loss: 0.5, learningRate: 3e-4 }];
  const [mean, , rates] = traces(
    liveFigure(session(undefined, [0.9], [fork]), { pointsOf: (each) => (each === fork ? points : []) }),
    'fork',
  );
  assert.deepEqual([mean.x, mean.y], [[1.4], [0.5]]);
  assert.deepEqual([rates.x, rates.y], [[1.4], [3e-4]], 'its rate begins with its first step');
});

test('forks, and forks of forks, have names and colours of their own', () => {
  const deeper = session(inRuns('srcnn-fork-fork'), [0.9, 0.5]);
  const forks = [session(inRuns('srcnn-fork'), [0.9, 0.6], [deeper]), session(inRuns('other'), [0.9, 0.4])];
  const figure = liveFigure(session(inRuns('srcnn'), [0.9], forks));
  const names = ['fork', 'fork fork', 'other'];
  const colors = names.map((name) => traces(figure, name)[0].line.color);
  assert.equal(new Set([...colors, traces(figure, 'training')[0].line.color]).size, 4);
});

test('a legend with many names has a second row', () => {
  const rowsOf = (count: number) => {
    const forks = Array.from({ length: count }, (_, index) =>
      session(inRuns(`a-rather-long-name-${index}`), [0.9, 0.5]),
    );
    const svg = sketch(liveFigure(session(inRuns('srcnn'), [0.9], forks)), 820);
    const shown = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>(?:training|validation|a-rather-[^<]*)</g)];
    for (const [, x] of shown) assert.ok(Number(x) >= 65, `${x}`);
    assert.equal(shown.length, count + 2);
    return new Set(shown.map(([, , y]) => y)).size;
  };
  assert.deepEqual([rowsOf(0), rowsOf(4)], [1, 2]);
});
