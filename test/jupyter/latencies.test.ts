import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openCells } from './cells';
import { browser, kernelIdle, type Lab, skip } from './lab';
import { cell, chart, outputs, runCell, save, select, start, until } from './notebook';

// Both sides have one clock: the browser runs on this machine. Twenty of each, and seven reloads, while a training is
// under way.
const times = 20;
/** A reload takes seconds. */
const reloads = 7;
const folder = join(__dirname, '../output/jupyter-latencies');
const options = { skip, timeout: 300_000 };
const name = 'latencies.ipynb';

const sources = {
  data: [
    "import { controls, liveChart, loadDataset, preparePatches, preview, train } from 'srcnn-lab';",
    "const files = await loadDataset('sample');",
    'const { patches: training } = await preparePatches(files.training);',
    'const { patches: validation } = await preparePatches(files.validation);',
    "console.log('pairs', training.count);",
  ].join('\n'),
  training: [
    'const data = { training: training, validation: validation };',
    "const folder = process.env.SRCNN_RUNS + '/latencies';",
    "const session = train(data, { epochs: 4000, folder: folder, resume: true, schedule: 'constant' });",
    'controls(session);',
    'const chart = liveChart(session);',
  ].join('\n'),
  heard: [
    'let rate = session.learningRate;',
    'const heard: string[] = [];',
    'const listen = setInterval(() => {',
    '  if (session.learningRate === rate) return;',
    '  rate = session.learningRate;',
    "  heard.push(rate + '@' + Date.now());",
    '}, 1);',
    "console.log('listening');",
  ].join('\n'),
  times: "clearInterval(listen);\nconsole.log('heard', heard.join(' '));",
  change: "session.epochs = session.epochs + 1; console.log('changed', session.epochs, Date.now());",
  sum: '1 + 1',
  preview: 'preview(session, files.evaluation[0]);\n// the preview',
  end: "await session.stop();\nconsole.log('ended');",
};

const latencies: Record<string, number> = {};
let lab: Lab | undefined;
before(async () => {
  if (!browser) return;
  mkdirSync(folder, { recursive: true });
  lab = await openCells(name, sources);
  await start(lab.page, at('data'));
  await kernelIdle(lab.page);
  await start(lab.page, at('training'));
  await moving();
});
after(async () => {
  await lab?.close();
  if (!browser) return;
  const machine = { cores: cpus().length, load: Number(loadavg()[0].toFixed(1)) };
  writeFileSync(join(folder, 'latencies.json'), JSON.stringify({ ...latencies, ...machine }, null, 2) + '\n');
  console.log('milliseconds measured:', latencies, machine);
});

const page = () => lab!.page;
const at = (which: keyof typeof sources) => cell(page(), sources[which].split('\n').at(-1)!);
const text = async (which: keyof typeof sources) => (await outputs(at(which)).allInnerTexts()).join('\n').trim();
const strip = () => at('training').getByRole('group', { name: 'training controls' });
const moving = async () => {
  const first = await until(
    'a chart',
    () => chart(at('training')),
    ({ curve }) => curve.includes(' '),
    120_000,
  );
  return until(
    'a chart that moves',
    () => chart(at('training')),
    ({ curve }) => curve !== first.curve,
    120_000,
  );
};
function keep(title: string, values: number[], count = times): void {
  assert.equal(values.length, count);
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  latencies[title] = sorted[Math.floor(count / 2)];
  latencies[`${title}Worst`] = sorted[count - 1];
}

/** When each rate was let go, by what the slider says of itself. */
interface Released {
  released: Record<string, number>;
}

test('from letting go of the slider to the new rate in the kernel', options, async () => {
  await runCell(page(), at('heard'));
  // Of the page: a slider may be drawn anew.
  await page().evaluate(() => {
    const released: Record<string, number> = ((window as unknown as Released).released = {});
    document.addEventListener(
      'change',
      ({ target }) => {
        const rate = (target as HTMLElement).getAttribute('aria-valuetext');
        if (rate !== null) released[Number(rate)] = Date.now();
      },
      { capture: true },
    );
  });
  const slider = strip().getByRole('slider', { name: 'learning rate' });
  for (let i = 0; i < times; i++) {
    await slider.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await slider.boundingBox())!;
    // Left and right in turns: a press on the handle itself would take hold of it where it is and change nothing.
    const place = (i % 2 ? 0.55 : 0.15) + 0.025 * Math.floor(i / 2);
    await page().mouse.move(x + width * place, y + height / 2);
    await page().mouse.down();
    await page().mouse.up();
    // A page sends its next wish when the last was answered: on a busy machine that takes its time.
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const released = await page().evaluate(() => (window as unknown as Released).released);
  await runCell(page(), at('times'));
  const heard = new Map(
    [...(await text('times')).matchAll(/(\S+)@(\d+)/g)].map(([, rate, time]) => [rate, Number(time)]),
  );
  assert.equal(Object.keys(released).length, times);
  // A rate that was released and never heard is missing here, and `keep` counts them.
  const pairs = Object.entries(released).filter(([rate]) => heard.has(rate));
  keep(
    'sliderToKernel',
    pairs.map(([rate, time]) => heard.get(rate)! - time),
  );
});

test("from the kernel's change to the page", options, async () => {
  const epochs = strip().getByRole('spinbutton', { name: 'epochs' });
  const seen: number[] = [];
  for (let i = 0; i < times; i++) {
    const before = await epochs.inputValue();
    const shown = epochs.evaluate(
      (element, old) =>
        new Promise<number>((resolve) => {
          const watch = setInterval(() => {
            if ((element as HTMLInputElement).value === old) return;
            clearInterval(watch);
            resolve(Date.now());
          }, 1);
        }),
      before,
    );
    await runCell(page(), at('change'));
    const [, value, changed] = /changed (\d+) (\d+)/.exec(await text('change'))!;
    assert.equal(Number(value), Number(before) + 1);
    seen.push((await shown) - Number(changed));
  }
  keep('kernelToPage', seen);
});

async function sums(title: string): Promise<void> {
  const answers: number[] = [];
  for (let i = 0; i < times; i++) answers.push(await runCell(page(), at('sum')));
  keep(title, answers);
}

test('another cell while training runs, with chart, then with chart and preview', options, async () => {
  await sums('sumWithChart');
  await start(page(), at('preview'));
  await until(
    'the preview',
    () => at('preview').locator('figcaption').nth(1).innerText(),
    (words) => words.startsWith('the network now'),
  );
  await sums('sumWithPreview');
});

test('from a reload to the chart moving again', options, async () => {
  await save(page());
  const taken: number[] = [];
  for (let i = 0; i < reloads; i++) {
    await select(at('training'));
    const began = performance.now();
    await page().reload();
    await moving();
    taken.push(performance.now() - began);
  }
  keep('reloadToMoving', taken, reloads);
  await runCell(page(), at('end'));
});
