import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openCells } from './cells';
import { browser, kernelIdle, type Lab, skip } from './lab';
import { cell, outputs, start, until } from './notebook';

// What chart, controls and preview cost a training, and what a page that was closed costs the server. Two runs of one
// kind take turns: one is shown, the other is not. SRCNN_COST_MINUTES says for how long the page stays closed.
const minutes = Number(process.env.SRCNN_COST_MINUTES ?? 1);
const [rounds, seconds] = minutes < 10 ? [3, 3] : [10, 8];
const folder = join(__dirname, '../output/jupyter-cost');
const options = { skip, timeout: (minutes + 10) * 60_000 };
const name = 'cost.ipynb';

const sources = {
  data: [
    "import { controls, liveChart, loadDataset, preparePatches, preview, train } from 'srcnn-lab';",
    "import { writeFileSync } from 'node:fs';",
    "const files = await loadDataset('sample');",
    'const { patches: training } = await preparePatches(files.training.slice(0, 4));',
    'const { patches: validation } = await preparePatches(files.validation.slice(0, 1), { stride: 60 });',
    "console.log('pairs', training.count);",
  ].join('\n'),
  training: [
    'const data = { training: training, validation: validation };',
    "const settings = { epochs: 4000, schedule: 'constant' as const };",
    'const [hidden, shown] = [train(data, settings), train(data, settings)];',
    '[hidden, shown].forEach((session) => session.pause());',
    'controls(shown);',
    'preview(shown, files.evaluation[0]);',
    'const chart = liveChart(shown);',
  ].join('\n'),
  turns: [
    'const wait = (milliseconds: number) => new Promise((go) => setTimeout(go, milliseconds));',
    '/** Steps a second. */',
    'async function speed(session: typeof shown) {',
    '  session.resume();',
    '  await wait(1000);',
    '  const [step, began] = [session.progress?.step ?? 0, performance.now()];',
    `  await wait(${seconds * 1000});`,
    '  const done = ((session.progress?.step ?? 0) - step) / (performance.now() - began) * 1000;',
    '  session.pause();',
    '  await wait(500);',
    '  return done;',
    '}',
    'async function turns(file: string) {',
    '  const all = [];',
    `  for (let i = 0; i < ${rounds}; i++) all.push([await speed(hidden), await speed(shown)]);`,
    '  writeFileSync(process.env.SRCNN_RUNS + file, JSON.stringify(all));',
    '}',
    "console.log('defined');",
  ].join('\n'),
  open: "await turns('-open.json');\nconsole.log('measured');",
  closed: "void wait(8000).then(() => turns('-closed.json')).then(() => shown.resume());\nconsole.log('later');",
};

const measured: Record<string, number> = {};
let lab: Lab;
before(async () => {
  if (!browser) return;
  mkdirSync(folder, { recursive: true });
  lab = await openCells(name, sources);
  for (const which of ['data', 'training', 'turns'] as const) {
    await start(lab.page, at(which));
    await kernelIdle(lab.page);
  }
});
after(async () => {
  if (!browser) return;
  await lab.close();
  const machine = { cores: cpus().length, load: Number(loadavg()[0].toFixed(1)), minutes };
  writeFileSync(join(folder, 'costs.json'), JSON.stringify({ ...measured, ...machine }, null, 2) + '\n');
  console.log('measured:', measured, machine);
});

const at = (which: keyof typeof sources) => cell(lab.page, sources[which].split('\n').at(-1)!);

/** The share of its speed that the shown run loses, in percent: the median over the rounds. */
function cost(file: string): number {
  const all = JSON.parse(readFileSync(file, 'utf8')) as [number, number][];
  assert.equal(all.length, rounds);
  const lost = all.map(([hidden, shown]) => 100 * (1 - shown / hidden)).sort((a, b) => a - b);
  return Number(((lost[Math.floor((rounds - 1) / 2)] + lost[Math.floor(rounds / 2)]) / 2).toFixed(1));
}

test('training keeps most of its speed while a page draws chart, controls and preview', options, async () => {
  await start(lab.page, at('open'), options.timeout);
  await until(
    'the turns',
    async () => (await outputs(at('open')).allInnerTexts()).join(''),
    (text) => text.includes('measured'),
    options.timeout,
  );
  measured.costWithPage = cost(`${lab.runs}-open.json`);
  assert.ok(measured.costWithPage < 50, `${measured.costWithPage} %`);
});

test('with the page closed they cost less, and the server stores nothing for it', options, async () => {
  await start(lab.page, at('closed'));
  await lab.page.close();
  const end = Date.now() + minutes * 60_000;
  await sleep(5000);
  const before = lab.serverMemory();
  const file = `${lab.runs}-closed.json`;
  await until(
    'the turns',
    () => Promise.resolve(existsSync(file)),
    (is) => is,
    options.timeout,
  );
  await sleep(Math.max(0, end - Date.now()));
  measured.serverMegabytes = Number((lab.serverMemory() - before).toFixed(1));
  measured.costWithoutPage = cost(file);
  assert.ok(measured.serverMegabytes <= 5, `the server has grown by ${measured.serverMegabytes} MB`);
  assert.ok(measured.costWithoutPage < 40, `${measured.costWithoutPage} %`);
});
