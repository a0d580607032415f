import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import type { Figure } from '../../../src/plot/figure';
import { liveFigure } from '../../../src/plot/figures/liveFigure';
import { liveChart } from '../../../src/plot/notebook/liveChart';
import { sketch } from '../../../src/plot/sketch';
import { train } from '../../../src/training/train';
import { waves } from '../../training/toyPatches';

let engine: Engine;
before(async () => {
  engine = await createWasmEngine({ threads: 1 });
});
after(() => engine.close());

const data = { training: waves(48), validation: waves(9) };
const start = (settings: object = {}) =>
  train(data, { network: '9-1-5', border: 0, batchSize: 16, lossEvery: 1, engine, ...settings });
const plotly = (forms: Record<string, unknown>) => forms['application/vnd.plotly.v1+json'] as Figure;

test('what is done to a run is marked in every panel of its chart, and named to the pointer', async () => {
  const session = start({ epochs: 50 });
  await new Promise<void>((resolve) => {
    const off = session.subscribe(() => {
      if (session.progress!.step !== 5) return;
      off();
      session.learningRate = 3e-4;
      session.pause();
      resolve();
    });
  });
  const figure = liveFigure(session);
  const words = 'rate 3e-3 → 3e-4, paused';
  const shapes = figure.layout.shapes as { name: string; xref: string; x0: number }[];
  assert.deepEqual(
    shapes.map(({ name, xref, x0 }) => [name, xref, x0.toFixed(3)]),
    ['x', 'x2', 'x3', 'x4'].map((xref) => [words, xref, '1.667']),
  );
  const svg = sketch(figure, 820);
  assert.equal(svg.match(/<g class="srcnn-mark">/g)!.length, 4);
  assert.equal(svg.match(/stroke-dasharray="1,3"/g)!.length, 4);
  assert.equal(svg.match(new RegExp(`>${words}<`, 'g'))!.length, 5, 'four for the pointer, one that is always seen');
  await session.stop();
});

test('a chart follows the forks of its run, and stands still when all have ended', async () => {
  const shown: Record<string, unknown>[] = [];
  const session = start({ epochs: 3000 });
  const chart = liveChart(session, (forms) => void shown.push(forms));
  await new Promise<void>((resolve) => session.subscribe((event) => event === 'epoch' && resolve()));
  const fork = session.fork({ learningRate: 3e-4 });
  await session.stop();
  const own = fork.history.epochs.length;
  await new Promise<void>((resolve) => {
    const off = fork.subscribe(() => {
      if (fork.history.epochs.length < own + 20 || shown.length < 4) return;
      off();
      resolve();
    });
  });
  assert.ok(
    shown.every((forms) => !('image/png' in forms)),
    'the fork trains on',
  );
  await fork.stop();
  await chart.done;
  const last = plotly(shown.at(-1)!);
  assert.match((last.layout.title as { text: string }).text, /^Stopped in epoch/);
  const [mean, validation] = last.data.filter(({ name }) => name === 'fork') as unknown as { x: number[] }[];
  assert.ok(mean.x.length > 1);
  assert.equal(validation.x.at(-1), fork.history.epochs.length);
});
