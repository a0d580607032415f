import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { browser, kernelIdle, type Lab, skip, startLab } from './lab';
import { cell, chart, menu, outputs, runCell, select, until } from './notebook';

const pictures = join(__dirname, '../output/jupyter');
if (!browser && process.env.SRCNN_REQUIRE_BROWSER === '1')
  throw new Error('no Chromium found: install one (Debian: apt install chromium), or name its program in CHROMIUM');

/** Cells a user might write while training runs. */
const own = {
  slower: "session.learningRate = 1e-4;\nconsole.log('learning rate', session.learningRate);",
  pause: "session.pause();\nconsole.log('now', session.state);",
  goOn: "session.resume();\nconsole.log('again', session.state);",
  end: "await session.stop();\nconsole.log('at the end', session.state);",
  replot: 'await show(lossCurve(session.history));\n// the same once more',
};
const latencies: Record<string, number> = {};
let lab: Lab;

before(async () => {
  if (!browser) return;
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  lab = await startLab(
    browser,
    ['01-preprocessing.ipynb', '02-training.ipynb'],
    { '02-training.ipynb': Object.values(own) },
    { SRCNN_EPOCHS: '20' },
  );
});

after(async () => {
  if (!browser) return;
  await lab.close();
  writeFileSync(join(pictures, 'latencies.json'), JSON.stringify(latencies, null, 2) + '\n');
  console.log('milliseconds measured:', latencies);
});

const keep = async (name: string, at?: Locator) => {
  await at?.evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await lab.page.screenshot({ path: join(pictures, `${name}.png`) });
};
const since = (began: number) => Math.round(performance.now() - began);
const training = () => cell(lab.page, 'liveChart(session)');
const position = (title: string, subtitle: string) => ({
  epoch: Number(/epoch (\d+) of/.exec(title)?.[1]),
  percent: Number(/^(\d+) % done/.exec(subtitle)?.[1]),
});
const moving = (seen: { title: string; curve: string }) =>
  seen.title.startsWith('Training in epoch') && seen.curve.includes(' ');

async function press(button: 'interrupt' | 'restart'): Promise<void> {
  await lab.page.locator(`.jp-NotebookPanel:visible .jp-Toolbar-item[data-jp-item-name="${button}"]`).click();
}

test('notebook 1 shows pictures when all its cells are run from the menu', { skip, timeout: 120_000 }, async () => {
  const began = performance.now();
  await lab.open('01-preprocessing.ipynb');
  latencies.openToKernelReady = since(began);
  await menu(lab.page, 'Run', 'Run All Cells');
  await lab.page.locator('.jp-OutputArea-output img').first().waitFor();
  latencies.openToFirstPicture = since(began);
  const last = cell(lab.page, 'nothing trained yet');
  await outputs(last).first().waitFor();
  assert.match(await outputs(last).first().innerText(), /bicubic \d+\.\d{4} dB/);
  assert.equal(await lab.page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count(), 0);
  await keep('1-preprocessing', lab.page.locator('.jp-CodeCell', { has: lab.page.locator('img') }).first());
});

test(
  'the chart moves while all cells of notebook 2 run, and the interrupt button stops training but not the kernel',
  { skip, timeout: 120_000 },
  async () => {
    await lab.open('02-training.ipynb');
    await menu(lab.page, 'Run', 'Run All Cells');
    await outputs(training()).locator('svg').waitFor();
    const began = performance.now();
    const first = await until('the first points of the curve', () => chart(training()), moving);
    latencies.trainToFirstPoint = since(began);
    await until(
      'the curve to grow',
      () => chart(training()),
      (seen) => moving(seen) && seen.curve !== first.curve && seen.subtitle !== first.subtitle,
    );
    await keep('2-training', training());
    const pressed = performance.now();
    await press('interrupt');
    const stopped = lab.page
      .locator('.jp-OutputArea-output', { hasText: /Training stopped in epoch \d+ after batch \d+/ })
      .first();
    await stopped.waitFor();
    latencies.interruptToStopped = since(pressed);
    assert.match(await stopped.innerText(), /checkpoint in .*session\.resume\(\) continues/);
    await training().locator('img.plot-img').waitFor();
    await keep('3-interrupted', training());
    await keep('3-interrupted-cell', cell(lab.page, 'await session.done'));
    const epochNow = cell(lab.page, 'session.progress ??');
    await runCell(lab.page, epochNow);
    assert.match(
      await outputs(epochNow).first().innerText(),
      /^stopped: epoch 1 of 20, batch \d+/,
      'the kernel answers, its variables are there',
    );
  },
);

test(
  'the same cell run again continues, and other cells work meanwhile: look, slow down, pause, resume',
  { skip, timeout: 120_000 },
  async () => {
    const status = cell(lab.page, 'session.progress ??');
    const before = Number(/batch (\d+)/.exec(await outputs(status).first().innerText())![1]);
    const began = performance.now();
    await runCell(lab.page, training());
    await until('the curve to go on', () => chart(training()), moving);
    latencies.rerunToFirstPoint = since(began);
    const answers: number[] = [];
    for (let i = 0; i < 5; i++) answers.push(await runCell(lab.page, status));
    latencies.cellDuringTraining = Math.round(answers.sort((a, b) => a - b)[2]);
    const [, batch] = /^running: epoch 1 of 20, batch (\d+)/.exec(await outputs(status).first().innerText())!;
    assert.ok(Number(batch) > before, `after batch ${before}: ${batch}`);
    const slower = cell(lab.page, 'session.learningRate = 1e-4');
    await runCell(lab.page, slower);
    assert.match(await outputs(slower).first().innerText(), /learning rate 0\.0001/);
    await runCell(lab.page, cell(lab.page, 'session.pause();'));
    await until(
      'the chart to say it is paused',
      () => chart(training()),
      ({ title }) => title.startsWith('Paused in epoch 1'),
    );
    await keep('4-paused', training());
    await runCell(lab.page, cell(lab.page, 'session.resume();'));
    await until(
      'the chart to move again',
      () => chart(training()),
      ({ title }) => title.startsWith('Training in epoch'),
    );
  },
);

test('after a restart of the kernel training continues where it was', { skip, timeout: 120_000 }, async () => {
  const ending = cell(lab.page, 'await session.stop();');
  await runCell(lab.page, ending);
  await training().locator('img.plot-img').waitFor();
  const status = cell(lab.page, 'session.progress ??');
  await runCell(lab.page, status);
  const [, epoch, batch] = /epoch (\d+) of \d+, batch (\d+)/
    .exec(await outputs(status).first().innerText())!
    .map(Number);
  await select(training());
  await menu(lab.page, 'Kernel', 'Restart Kernel and Run up to Selected Cell');
  await lab.page.locator('.jp-Dialog .jp-mod-accept').click();
  await until(
    "the new kernel's chart",
    () => training().locator('.jp-OutputArea-output svg').count(),
    (count) => count > 0,
  );
  const seen = await until('the curve to go on', () => chart(training()), moving);
  const reached = position(seen.title, seen.subtitle);
  assert.ok(
    reached.epoch >= epoch && reached.percent >= Math.floor(5 * (epoch - 1)),
    `${seen.title}: ${seen.subtitle}; before: epoch ${epoch}, batch ${batch}`,
  );
  await kernelIdle(lab.page);
  await runCell(lab.page, status);
  const [, epochNow, batchNow] = /epoch (\d+) of \d+, batch (\d+)/
    .exec(await outputs(status).first().innerText())!
    .map(Number);
  assert.ok(
    epochNow > epoch || (epochNow === epoch && batchNow > batch),
    `epoch ${epochNow}, batch ${batchNow}; before: epoch ${epoch}, batch ${batch}`,
  );
  await keep('5-restarted', training());
});

test('a finished run is plotted again without training', { skip, timeout: 120_000 }, async () => {
  const status = cell(lab.page, 'session.progress ??');
  // The history has its first loss after 100 batches.
  await until(
    'the first entry of the history',
    async () => {
      await runCell(lab.page, status);
      return outputs(status).first().innerText();
    },
    (text) => /epoch [2-9]|batch [1-9]\d\d/.test(text),
  );
  await runCell(lab.page, cell(lab.page, 'await session.stop();'));
  await training().locator('img.plot-img').waitFor();
  const replot = cell(lab.page, '// the same once more');
  await runCell(lab.page, replot);
  const times: number[] = [];
  for (let i = 0; i < 3; i++) times.push(await runCell(lab.page, replot));
  latencies.replot = Math.round(times.sort((a, b) => a - b)[1]);
  await replot.locator('img').waitFor();
  await keep('6-replotted', replot);
  const figure = training().locator('.jp-RenderedPlotly');
  await figure.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await figure.boundingBox())!;
  await lab.page.mouse.move(x + width / 2, y - 20);
  await lab.page.mouse.move(x + width / 2, y + height / 2, { steps: 5 });
  await figure.locator('.plot-container .gtitle').waitFor();
  assert.match((await figure.locator('.gtitle').textContent()) ?? '', /^Stopped in epoch/);
  await keep('7-live-figure', training());
});
