import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../src/engine/engine';
import { createWasmEngine } from '../../../src/engine/wasm/wasm';
import { liveChart, type LiveChart } from '../../../src/plot/notebook/liveChart';
import type { Figure } from '../../../src/plot/figure';
import { lossCurve } from '../../../src/plot/figures/lossCurve';
import { liveFigure } from '../../../src/plot/figures/liveFigure';
import { NoNotebookError } from '../../../src/plot/notebook/show';
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
  train(data, { network: '9-1-5', border: 0, epochs: 3, batchSize: 16, lossEvery: 1, engine, ...settings });

type Trace = { name: string; x: number[]; y: number[]; yaxis: string };
type Look = { opacity?: number; line: { width: number } };
const trace = (figure: Figure, name: string) => figure.data.find((each) => each.name === name) as Trace;
const words = (figure: Figure) => {
  const { text, subtitle } = figure.layout.title as { text: string; subtitle: { text: string } };
  return `${text}: ${subtitle.text}`;
};
/** The chart in an output: an <img>, as a notebook that is not trusted shows nothing else. */
const svgOf = (forms: Record<string, unknown>) => {
  const [, source] = /^<img alt="[^"<>]+" src="data:image\/svg\+xml;base64,([^"]+)">$/.exec(
    forms['text/html'] as string,
  )!;
  return Buffer.from(source, 'base64').toString();
};
/** Title and subtitle of a sketch, and the number of points on its first curve. */
const drawn = (forms: Record<string, unknown>) => {
  const html = svgOf(forms);
  const texts = [...html.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
  const curve = new RegExp('points="([^"]*)" fill="none" stroke="#1a7fb0" stroke-width="1.5"', 'g');
  return {
    words: `${texts[0]}: ${texts[1]}`,
    points: Math.max(0, ...[...html.matchAll(curve)].map(([, points]) => points.split(' ').length)),
  };
};
const plotly = (forms: Record<string, unknown>) => forms['application/vnd.plotly.v1+json'] as Figure;

test('a chart moves while training runs, without a picture, and ends as the same figure with one', async () => {
  const shown: Record<string, unknown>[] = [];
  const session = start({ epochs: 200 });
  const times: number[] = [];
  let described: Record<string, unknown> | undefined;
  const chart = liveChart(session, (forms, metadata) => {
    shown.push(forms);
    described = metadata;
    times.push(Date.now());
    if (shown.length === 4) session.epochs = session.history.epochs.length + 2;
  });
  await session.done;
  assert.ok(!('image/png' in shown.at(-1)!), 'the picture is not yet there');
  await chart.done;
  const live = shown.filter((forms) => !('image/png' in forms));
  assert.ok(live.length >= 4, `${live.length} updates`);
  assert.equal(shown.length - live.length, 1);
  assert.match(drawn(live[0]).words, /^Training starts in epoch 1 of 200/);
  assert.match(drawn(live[1]).words, /^Training in epoch \d+ of 200: \d+ % done at \d\d:\d\d.*run this cell again/);
  for (const forms of live) assert.doesNotMatch(drawn(forms).words, / left/, 'nobody may come to update the picture');
  assert.ok(drawn(live[3]).points > drawn(live[2]).points, 'the curve grows');
  // All updates but the two at the end keep their distance; timers are at most a millisecond early.
  for (let i = 1; i < live.length - 1; i++) assert.ok(times[i] - times[i - 1] >= 248, `${times[i] - times[i - 1]} ms`);
  const last = shown.at(-1)!;
  assert.deepEqual([...Buffer.from(last['image/png'] as string, 'base64').subarray(1, 4)], [...Buffer.from('PNG')]);
  assert.match(words(plotly(last)), /^Trained \d+ epochs in .*: best validation loss/);
  assert.deepEqual(described, { 'image/png': { alt: words(plotly(last)) } });
  assert.equal(plotly(last).layout.autosize, true);
  assert.deepEqual(
    trace(plotly(last), 'validation').x,
    session.history.epochs.map(({ epoch }) => epoch),
  );
});

test('a chart says that a run is paused or stopped, and follows it when it continues', async () => {
  const shown: Record<string, unknown>[] = [];
  const session = start({ epochs: 1000 });
  const chart = liveChart(session, (forms) => void shown.push(forms));
  session.pause();
  assert.match(words(liveFigure(session)), /^Paused in epoch 1 of 1000: .*resume/);
  session.resume();
  await session.stop();
  await chart.done;
  assert.match(words(plotly(shown.at(-1)!)), /^Stopped in epoch \d+ of 1000: .*resume/);
  const before = shown.length;
  session.epochs = session.history.epochs.length + 2;
  session.resume();
  await session.done;
  await new Promise<void>((resolve) => {
    const wait = setInterval(() => {
      if ('image/png' in shown.at(-1)! && shown.length > before) resolve(clearInterval(wait));
    }, 20);
  });
  assert.match(words(plotly(shown.at(-1)!)), /^Trained/);
});

test('a chart that comes to a run under way has no point for the steps before it', async () => {
  const session = start({ epochs: 200, lossEvery: 1000 });
  const shown: Record<string, unknown>[] = [];
  const joined = await new Promise<{ chart: LiveChart; epoch: number }>((resolve) => {
    const off = session.subscribe(() => {
      const { epoch, batch } = session.progress!;
      if (epoch !== 3 || batch !== 2) return;
      off();
      resolve({ chart: liveChart(session, (forms) => void shown.push(forms)), epoch: 2 + 2 / 3 });
    });
  });
  session.epochs = 5;
  await joined.chart.done;
  // The history has the mean of each epoch, in its middle.
  const x = trace(plotly(shown.at(-1)!), 'training').x.filter((epoch) => epoch % 1 !== 0.5);
  assert.ok(x.length >= 1 && x[0] > joined.epoch + 0.1, `points at ${x}`);
});

test('a chart that was stopped changes no more, and training continues', async () => {
  let shown = 0;
  const session = start({ epochs: 20 });
  const chart = liveChart(session, () => void shown++);
  chart.stop();
  await chart.done;
  await session.done;
  assert.equal(shown, 1);
});

test('why a run failed stands in its chart', async () => {
  const shown: Record<string, unknown>[] = [];
  const session = start({ learningRate: 1e30 });
  await liveChart(session, (forms) => void shown.push(forms)).done;
  assert.match(words(plotly(shown.at(-1)!)), /^Failed in epoch 1 of 3: the loss became .*lower learningRate/);
});

test('a display that fails ends the chart with its reason, once, and training continues', async () => {
  let shown = 0;
  const session = start({ epochs: 20 });
  const chart = liveChart(session, () => {
    if (++shown > 1) throw new Error('the display is gone');
  });
  await assert.rejects(chart.done, /the display is gone/);
  await session.stop();
  session.resume();
  await session.done;
  assert.equal(session.state, 'finished');
  assert.equal(shown, 2);
});

test(
  "the curves stand on epochs: single batches, their mean in the middle of each epoch, the schedule's " +
    "learning rate, scores beside bicubic's",
  async () => {
    const session = start();
    await session.done;
    session.history.epochs[0].scores = {
      network: { psnr: 26.1, ssim: 0.74 },
      bicubic: { psnr: 25.7, ssim: 0.73 },
    };
    const figure = liveFigure(session);
    assert.deepEqual(trace(figure, 'single batches').x.slice(0, 3), [0.33333, 0.66667, 1]);
    assert.deepEqual(trace(figure, 'training').x, [0.5, 1.5, 2.5]);
    assert.deepEqual(
      trace(figure, 'learning rate').y,
      session.history.epochs.map(({ learningRate }) => Number(learningRate.toPrecision(5))),
    );
    const scores = figure.data.filter(({ name }) => name === 'network' || name === 'bicubic') as unknown as Trace[];
    assert.deepEqual(
      scores.map(({ name, y, yaxis }) => [name, yaxis, ...y]),
      [
        ['network', 'y2', 26.1],
        ['bicubic', 'y2', 25.7, 25.7],
        ['network', 'y4', 0.74],
        ['bicubic', 'y4', 0.73, 0.73],
      ],
    );
  },
);

test("a long run's curve is averaged to as many points as can be distinguished", async () => {
  const session = start({ epochs: 1 });
  await session.done;
  const points = Array.from({ length: 10_000 }, (_, step) => ({ step, loss: 1 + (step % 2), learningRate: 1e-3 }));
  const { x, y } = trace(liveFigure(session, { points }), 'training');
  assert.ok(x.length <= 401);
  assert.ok(y.slice(1, -1).every((loss) => Math.abs(loss - 1.5) < 0.05));
});

test('a sketch places points as its axes say, and keeps texts from being markup', async () => {
  const session = start({ epochs: 1 });
  await session.done;
  const figure = liveFigure(session, {
    points: [
      { step: 1, loss: 0.4, learningRate: 1e-3 },
      { step: 3, loss: 0.2, learningRate: 1e-3 },
    ],
  });
  (figure.layout.title as { text: string }).text = 'a < b';
  const svg = sketch(figure, 900);
  assert.match(svg, />a &#60; b</);
  const [, points] = /points="([^"]*)" fill="none" stroke="#1a7fb0" stroke-width="1.5"/.exec(svg)!;
  const [first, last] = points.split(' ').map((point) => point.split(',').map(Number));
  const { margin, height } = figure.layout as {
    margin: { l: number; t: number; r: number; b: number };
    height: number;
  };
  const panel = {
    left: margin.l,
    width: (900 - margin.l - margin.r) * 0.46,
    bottom: margin.t + (height - margin.t - margin.b) * 0.42,
  };
  assert.ok(Math.abs(last[0] - (panel.left + panel.width / 1.02)) < 0.11, 'the epoch ends where the axis says 1');
  const ticks = (figure.layout.yaxis as { tickvals: number[] }).tickvals;
  const heights = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)" text-anchor="end"[^>]*>([\d.]+)</g)]
    .filter(([, x, y]) => Number(x) < panel.left && Number(y) < panel.bottom)
    .map(([, , y, text]) => ({ y: Number(y) - 4.5, loss: Number(text) }));
  assert.ok(heights.length >= 3 && heights.every(({ loss }) => ticks.includes(loss)), JSON.stringify(heights));
  const [low, high] = [heights[0], heights.at(-1)!];
  const unit = (low.y - high.y) / Math.log(high.loss / low.loss);
  const expected = unit * Math.log(0.4 / 0.2);
  assert.ok(
    Math.abs(last[1] - first[1] - expected) < 0.5,
    'twice the loss is as far up as the ticks of the log axis say',
  );
});

test('a run looks the same with and without an onlooker: one axis, thin single batches, their mean', async () => {
  const session = start({ epochs: 4 });
  await session.done;
  const points = session.history.losses.map((each) => ({ ...each, learningRate: 1e-3 }));
  const [live, later] = [liveFigure(session, { points }), liveFigure(session)];
  const curve = lossCurve(session.history);
  for (const figure of [live, later, curve]) {
    assert.equal((figure.layout.yaxis as { type: string }).type, 'log');
    const [single, mean] = ['single batches', 'training'].map((name) => trace(figure, name) as Trace & Look);
    assert.equal(single.opacity, 0.6);
    assert.ok(single.line.width < mean.line.width && !mean.opacity);
    assert.equal(single.x.length, 12);
  }
  assert.deepEqual(
    trace(curve, 'training').x,
    trace(later, 'training').x.map((epoch) => 3 * epoch),
  );
});

test('the loss of a run in mid-epoch stands at the steps where it was', async () => {
  const session = start({ epochs: 50 });
  await new Promise<void>((resolve) => {
    const off = session.subscribe(() => {
      if (session.progress!.epoch !== 3 || session.progress!.batch !== 2) return;
      off();
      session.pause();
      resolve();
    });
  });
  const curve = lossCurve(session.history);
  assert.deepEqual(trace(curve, 'training').x, [1.5, 4.5]);
  assert.deepEqual(trace(curve, 'validation').x, [3, 6]);
  assert.equal(trace(curve, 'single batches').x.at(-1), 8);
  await session.stop();
});

test('outside of a notebook a chart needs a display', async () => {
  const session = start({ epochs: 1 });
  assert.throws(() => liveChart(session), NoNotebookError);
  await session.done;
});
