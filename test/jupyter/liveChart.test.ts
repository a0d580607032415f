import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { keepPicture, longTraining, openCells, samplePatches } from './cells';
import { browser, kernelIdle, type Lab, skip } from './lab';
import {
  cell,
  chart,
  menu,
  outputs,
  runCell,
  save as saveNotebook,
  savedOutputs,
  start as runSilent,
  until,
} from './notebook';

const pictures = join(__dirname, '../output/jupyter-live');
const name = 'clone.ipynb';

const sources = {
  stranger: "display.html('<svg><text>a drawing by somebody else</text></svg>');",
  imports: "import { liveChart, loadDataset, preparePatches, train } from 'srcnn-lab';",
  lines: "for (let i = 0; i < 1500; i++) console.log('line', i);",
  manyLines: "for (let i = 0; i < 5000; i++) console.log('many', i);",
  mixed: [
    'for (let i = 0; i < 300; i++) {',
    "  console.log('out', i);",
    "  if (i % 100 === 0) console.error('err', i);",
    '  if (i % 50 === 0) await new Promise((go) => setTimeout(go, 20));',
    '} // both streams',
  ].join('\n'),
  data: [...samplePatches, "console.log('pairs', training.count);"].join('\n'),
  training: [...longTraining('live'), 'const chart = liveChart(session);'].join('\n'),
  status: 'console.log(session.state, session.history.epochs.length, process.pid);',
  pause: 'session.pause();',
  resume: 'session.resume();',
  end: "await session.stop();\nconsole.log('at the end', session.state);",
};

let lab: Lab;

before(async () => {
  if (!browser) return;
  mkdirSync(pictures, { recursive: true });
  lab = await openCells(name, sources, { stranger: true });
});

after(async () => {
  if (browser) await lab.close();
});

const at = (which: keyof typeof sources) => cell(lab.page, sources[which].split('\n').at(-1)!);
const text = async (which: keyof typeof sources) => (await outputs(at(which)).allInnerTexts()).join('\n');
const keep = (picture: string) => keepPicture(at('training'), join(pictures, `${picture}.png`));
const moving = async () => {
  const first = await until(
    'a chart that moves',
    () => chart(at('training')),
    ({ title }) => title.startsWith('Training in'),
  );
  return until(
    'the chart to go on',
    () => chart(at('training')),
    ({ curve, title }) => title.startsWith('Training in') && curve !== first.curve,
  );
};
const saved = () => savedOutputs(join(lab.folder, name), 'liveChart(session)');
const start = (which: keyof typeof sources) => runSilent(lab.page, at(which));
const save = () => saveNotebook(lab.page);

test(
  'in an untrusted notebook the chart continues after the tab was closed and opened again during training',
  { skip, timeout: 180_000 },
  async () => {
    await start('imports');
    await start('data');
    await until(
      'the data',
      () => text('data'),
      (seen) => seen.includes('pairs'),
    );
    await start('training');
    await moving();
    await keep('1-live');
    await save();
    assert.match(saved(), /<div class=\\"srcnn-live-[\w-]+\\"><img alt=/, 'the file holds a picture');
    assert.doesNotMatch(Buffer.from(/base64,([^"\\]+)/.exec(saved())![1], 'base64').toString(), / left/);
    await lab.reopen(name, () => new Promise((resolve) => setTimeout(resolve, 3000)));
    const began = Date.now();
    assert.equal(await at('stranger').locator('.jp-OutputArea-output svg').count(), 0, 'the notebook is not trusted');
    const seen = await moving();
    console.log(`from the opened page to a chart that moved: ${Date.now() - began} ms`);
    assert.match(seen.subtitle, /% done, .*left, [\d,]+ images per second/);
    await keep('2-reopened');
  },
);

test('a chart that was reopened follows pause and resume', { skip, timeout: 120_000 }, async () => {
  await start('pause');
  await until(
    'a chart that says it is paused',
    () => chart(at('training')),
    ({ title }) => title.startsWith('Paused'),
  );
  await start('resume');
  await moving();
});

test('the cell run again while it trains follows the same run', { skip, timeout: 120_000 }, async () => {
  const epochs = async () => {
    await runCell(lab.page, at('status'));
    return Number(/^running (\d+) \d+/.exec((await text('status')).trim())![1]);
  };
  const before = await epochs();
  await start('training');
  const seen = await moving();
  assert.match(await text('training'), /training is under way already \(running\), and this is its session/);
  assert.equal(await at('training').locator('[data-mime-type="application/vnd.jupyter.stderr"]').count(), 0);
  assert.equal(await outputs(at('training')).locator('svg').count(), 1);
  assert.ok(seen.curve.split(' ').length > 3, 'the curve keeps what was seen before');
  assert.ok((await epochs()) >= before);
  await keep('3-run-again');
});

test(
  'after a restart of the kernel the chart says so, and shows no time left',
  { skip, timeout: 120_000 },
  async () => {
    await save();
    await menu(lab.page, 'Kernel', 'Restart Kernel…');
    await lab.page.locator('.jp-Dialog .jp-mod-accept').click();
    const dead = await until(
      'the word about the restart',
      () => chart(at('training')),
      ({ subtitle }) => subtitle.startsWith('The kernel was restarted: run this cell again to continue'),
    );
    assert.doesNotMatch(dead.subtitle, / left/);
    await keep('4-restarted');
    await kernelIdle(lab.page);
    await lab.reopen(name);
    const alt = await outputs(at('training')).locator('img').getAttribute('alt');
    assert.match(alt!, /^Training .*% done at \d\d:\d\d.*run this cell again/);
    assert.equal(await outputs(at('training')).locator('svg').count(), 0);
    await keep('5-restarted-and-reopened');
  },
);

test(
  'after the restart the cells continue the run, and the finished chart stays as a picture',
  { skip, timeout: 120_000 },
  async () => {
    for (const which of ['imports', 'data', 'training'] as const) {
      await start(which);
      await kernelIdle(lab.page);
    }
    const seen = await moving();
    assert.match(seen.title, /^Training in epoch \d+ of 4000/);
    await runCell(lab.page, at('end'));
    await at('training').locator('.jp-RenderedImage img, .jp-RenderedPlotly img, img').first().waitFor();
    await until(
      'the end',
      () => text('end'),
      (end) => end.includes('at the end stopped'),
    );
    await until(
      'the picture in the file',
      async () => (await save(), saved()),
      (file) => file.includes('image/png'),
    );
    await keep('6-stopped');
  },
);

test('a cell that prints thousands of lines shows all of them, in order', { skip, timeout: 120_000 }, async () => {
  for (const [which, word, count] of [
    ['lines', 'line', 1500],
    ['manyLines', 'many', 5000],
  ] as const) {
    await runCell(lab.page, at(which));
    const lines = await until(
      'all lines',
      async () => (await text(which)).trim().split(/\n+/),
      (seen) => seen.at(-1) === `${word} ${count - 1}`,
    );
    assert.deepEqual(
      lines,
      Array.from({ length: count }, (_, i) => `${word} ${i}`),
    );
  }
  await runCell(lab.page, at('mixed'));
  await until(
    'the last line',
    () => text('mixed'),
    (seen) => seen.includes('out 299'),
  );
  const lines = (await text('mixed')).trim().split(/\n+/);
  const order = Array.from({ length: 300 }, (_, i) => (i % 100 === 0 ? [`out ${i}`, `err ${i}`] : [`out ${i}`])).flat();
  assert.deepEqual(lines, order);
});
