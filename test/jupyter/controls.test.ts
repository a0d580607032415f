import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { findBrowser, kernelIdle, type Lab, startLab } from './lab';
import { cell, menu, outputs, runCell, save, savedOutputs, start, until, writeNotebook } from './notebook';

const pictures = join(__dirname, '../output/jupyter-controls');
const browser = findBrowser();
const skip = browser ? false : 'no Chromium found; install one, or name its program in CHROMIUM';
const options = { skip, timeout: 180_000 };
const name = 'controls.ipynb';

const sources = {
  stranger: "console.log('a stranger');",
  data: [
    "import { controls, liveChart, loadDataset, preparePatches, train } from 'srcnn-lab';",
    "const files = await loadDataset('sample');",
    'const { patches: training } = await preparePatches(files.training.slice(0, 2), { stride: 60 });',
    'const { patches: validation } = await preparePatches(files.validation.slice(0, 1));',
    "console.log('pairs', training.count);",
  ].join('\n'),
  training: [
    'const data = { training: training, validation: validation };',
    "const folder = process.env.SRCNN_RUNS + '/controls';",
    "const settings = { network: '9-1-5', batchSize: 16, epochs: 4000, folder: folder, resume: true };",
    "const session = train(data, { ...settings, learningRate: 1e-3, schedule: 'constant' });",
    'controls(session);',
    'const chart = liveChart(session);',
  ].join('\n'),
  status: "console.log('now', session.state, session.learningRate, session.epochs, process.pid);",
  busy: 'for (const end = Date.now() + 2000; Date.now() < end; );',
  later: "setTimeout(() => (session.learningRate = 7e-4), 2500);\nconsole.log('soon');",
  forks: [
    'const ended = await Promise.all(session.forks.map((fork) => fork.stop().then(() => fork)));',
    "console.log('forks', ended.map((fork) => fork.learningRate + ' ' + fork.state).join());",
  ].join('\n'),
  awaiting: "await new Promise((go) => setTimeout(go, 3000));\nconsole.log('waited');",
};

let lab: Lab;
before(async () => {
  if (!browser) return;
  mkdirSync(pictures, { recursive: true });
  lab = await startLab(browser, [], {}, {});
  writeNotebook(lab.folder, name, Object.values(sources), true);
  await lab.open(name);
});
after(async () => {
  await (lab as Lab | undefined)?.close();
});

const at = (which: keyof typeof sources, page = lab.page) => cell(page, sources[which].split('\n').at(-1)!);
const strip = (page = lab.page) => at('training', page).getByRole('group', { name: 'training controls' });
const slider = (page = lab.page) => strip(page).getByRole('slider', { name: 'learning rate' });
const button = (which: string, page = lab.page) => strip(page).getByRole('button', { name: which, exact: true });
const exact = (page = lab.page) => strip(page).getByRole('textbox', { name: 'learning rate, exactly' });
const words = (page = lab.page) => strip(page).locator('.words').innerText();
const remark = () => strip().getByRole('status').innerText();
const keep = async (picture: string) => {
  await at('training').evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await lab.page.screenshot({ path: join(pictures, `${picture}.png`) });
};
/** What the kernel says: its state, rate, epochs and process. */
async function kernel(): Promise<{ state: string; rate: number; epochs: number; pid: number }> {
  await runCell(lab.page, at('status'));
  const [, state, rate, epochs, pid] = /^now (\w+) (\S+) (\d+) (\d+)/.exec(
    (await outputs(at('status')).allInnerTexts()).join('\n').trim(),
  )!;
  return { state, rate: Number(rate), epochs: Number(epochs), pid: Number(pid) };
}
const says = (what: RegExp, page = lab.page) =>
  until(
    `the words ${what}`,
    () => words(page),
    (seen) => what.test(seen),
  );
async function startTraining(): Promise<void> {
  await start(lab.page, at('data'));
  await kernelIdle(lab.page);
  await start(lab.page, at('training'));
  await says(/^running: epoch/);
}
/** Drags the slider to a place between its ends, 0 to 1. */
async function drag(to: number, page: Page = lab.page): Promise<void> {
  await slider(page).scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await slider(page).boundingBox())!;
  const from = await slider(page).evaluate(({ value, min, max }: HTMLInputElement) => (+value - +min) / (+max - +min));
  const across = (part: number) => x + 8 + part * (width - 16);
  await page.mouse.move(across(from), y + height / 2);
  await page.mouse.down();
  await page.mouse.move(across((from + to) / 2), y + height / 2, { steps: 4 });
  await page.mouse.move(across(to), y + height / 2, { steps: 4 });
  await page.mouse.up();
}
const written = (page = lab.page) => slider(page).getAttribute('aria-valuetext').then(Number);

test('in a notebook that is not trusted, mouse, keys and fields set the rate and the epochs', options, async () => {
  await startTraining();
  assert.equal(await written(), 1e-3);
  await keep('1-strip');
  await drag(0.5);
  const dragged = await written();
  assert.ok(dragged < 5e-4 && dragged > 1e-5, `the rate is ${dragged}`);
  assert.equal((await kernel()).rate, dragged);
  // Pressed on the slider itself: JupyterLab takes the focus back some time after a cell has run.
  for (let i = 0; i < 20; i++) await slider().press('ArrowRight');
  const expected = Number((10 * dragged).toPrecision(2));
  await until('the rate by keys', kernel, ({ rate }) => rate === expected);
  await exact().fill('2.5e-4');
  await lab.page.keyboard.press('Enter');
  await strip().getByRole('spinbutton', { name: 'epochs' }).fill('3000');
  await lab.page.keyboard.press('Enter');
  await until('the typed values', kernel, ({ rate, epochs }) => rate === 2.5e-4 && epochs === 3000);
});

test('the buttons say what they want and are reached by the tab key', options, async () => {
  await slider().focus();
  for (let i = 0; i < 3; i++) await lab.page.keyboard.press('Tab');
  assert.equal(await lab.page.evaluate(() => document.activeElement!.textContent), 'pause');
  await lab.page.keyboard.press('Enter');
  await says(/^paused/);
  // Pressed though there is nothing to do: it pauses, and never goes on by that.
  await button('pause').click({ force: true });
  assert.equal((await kernel()).state, 'paused');
  assert.equal(await button('pause').getAttribute('aria-disabled'), 'true');
  await button('resume').click();
  await says(/^running/);
});

test('what is wrong is said in the strip, and a thousandfold jump is asked once more', options, async () => {
  await exact().fill('0');
  await lab.page.keyboard.press('Enter');
  await until('the refusal', remark, (text) => text.includes('learningRate is 0; use a number above 0'));
  assert.equal(await exact().inputValue(), '2.5e-4');
  await exact().fill('1');
  await lab.page.keyboard.press('Enter');
  await until('the question', remark, (text) => text.startsWith('1 is 4,000 times as large'));
  await keep('2-question');
  assert.equal((await kernel()).rate, 2.5e-4);
  await exact().fill('5e-7');
  await lab.page.keyboard.press('Enter');
  assert.equal((await until('the small rate', kernel, ({ rate }) => rate === 5e-7)).state, 'running');
  await exact().fill('1e-3');
  await lab.page.keyboard.press('Enter');
  await button('set it').click();
  await until('the confirmed rate', kernel, ({ rate }) => rate === 1e-3);
});

test('the button fork makes a run at the rate in the field, and the strip and the chart show it', options, async () => {
  const { rate } = await kernel();
  await exact().fill('3e-4');
  await button('fork').click();
  await until(
    'the place of the fork',
    () => strip().locator('.forks').innerText(),
    (text) => /^fork in .*controls-fork at learning rate 0.0003: running; controls\(session.forks\[0\]\)/.test(text),
  );
  assert.equal((await kernel()).rate, rate, 'the rate of this run stays');
  assert.equal(Number(await exact().inputValue()), rate);
  const inChart = (text: string) => at('training').locator('svg text').getByText(text, { exact: true });
  await inChart('fork').first().waitFor();
  await keep('3-fork');
  await exact().fill('');
  await button('fork').click();
  await until('the refusal', remark, (text) => text.includes('learningRate is 0; use a number above 0'));
  await runCell(lab.page, at('forks'));
  assert.match((await outputs(at('forks')).allInnerTexts()).join(), /forks 0.0003 stopped/);
  await says(/^running/);
});

test('the pointer shows what was done to the run at a line of the chart', options, async () => {
  await button('pause').click();
  await says(/^paused/);
  const mark = at('training').locator('.srcnn-mark').last();
  const opacity = () => mark.locator('text').evaluate((text) => getComputedStyle(text).opacity);
  await until('the mark', opacity, (seen) => seen === '0');
  assert.match((await mark.locator('text').textContent())!, /paused$/);
  await mark.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await mark.locator('polyline').first().boundingBox())!;
  await lab.page.mouse.move(x + width / 2, y + height / 2);
  await until('its words', opacity, (seen) => seen === '1');
  await button('resume').click();
  await says(/^running/);
});

test('the slider is not moved under the hand, and the last of many values wins', options, async () => {
  await start(lab.page, at('later'));
  await slider().scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await slider().boundingBox())!;
  await lab.page.mouse.move(x + width / 4, y + height / 2);
  await lab.page.mouse.down();
  const held = await slider().inputValue();
  await new Promise((resolve) => setTimeout(resolve, 3500));
  assert.equal(await slider().inputValue(), held);
  const mine = await written();
  await lab.page.mouse.up();
  assert.notEqual(mine, 7e-4);
  await until('the rate that was held', kernel, ({ rate }) => rate === mine);
  await start(lab.page, at('busy'));
  for (const to of [0.2, 0.8, 0.4, 0.6]) await drag(to);
  const last = await written();
  await kernelIdle(lab.page);
  await until('the last value', kernel, ({ rate }) => rate === last);
  assert.equal(await written(), last);
});

test('the strip goes on after a reload, and two views and a second tab follow each other', options, async () => {
  await save(lab.page);
  assert.match(
    savedOutputs(join(lab.folder, name), 'controls(session)'),
    /<div class=.{2}srcnn-live-[\w-]+.{2}><img alt=.{2}training/,
  );
  await lab.reopen(name);
  await says(/^running: epoch/);
  assert.equal(await at('stranger').locator('.jp-OutputArea-output svg').count(), 0, 'the notebook is not trusted');
  await drag(0.7);
  const rate = await written();
  assert.equal((await kernel()).rate, rate);
  await outputs(at('training')).first().click({ button: 'right' });
  await lab.page.locator('.lm-Menu-item:visible', { hasText: 'Create New View for Cell Output' }).click();
  const views = lab.page.getByRole('group', { name: 'training controls' });
  await until(
    'a second view',
    () => views.count(),
    (count) => count === 2,
  );
  const other = await lab.second(name);
  await says(/^running: epoch/, other);
  assert.equal(await written(other), rate);
  await drag(0.3, other);
  const chosen = await written(other);
  await until(
    'both views to follow',
    () =>
      views.getByRole('slider').evaluateAll((all) => all.map((each) => Number(each.getAttribute('aria-valuetext')))),
    (rates) => rates.every((each) => each === chosen),
  );
  await button('pause').click();
  await says(/^paused/, other);
  await button('resume', other).click();
  await says(/^running/);
  await other.close();
  await lab.reopen(name);
});

test('the cell run again has one strip, of the same run', options, async () => {
  const { pid, rate } = await kernel();
  await start(lab.page, at('training'));
  await says(/^running: epoch/);
  assert.equal(await strip().count(), 1);
  await drag(0.2);
  const now = await kernel();
  assert.equal(now.pid, pid);
  assert.notEqual(now.rate, rate);
});

test('the interrupt button stops the run, and the strip goes on with it', options, async () => {
  await lab.page.locator('.jp-NotebookPanel:visible .jp-Toolbar-item[data-jp-item-name="interrupt"]').click();
  await says(/^stopped/);
  await keep('4-stopped');
  await button('resume').click();
  await says(/^running/);
});

test(
  'after a restart of the kernel the strip is grey and says which cell to run, and the picture stays',
  options,
  async () => {
    await save(lab.page);
    await menu(lab.page, 'Kernel', 'Restart Kernel…');
    await lab.page.locator('.jp-Dialog .jp-mod-accept').click();
    await until('the word', remark, (text) => text.startsWith('The kernel was restarted: run this cell again'));
    assert.ok(await slider().isDisabled());
    await keep('5-restarted');
    await kernelIdle(lab.page);
    await lab.reopen(name);
    assert.equal(await strip().count(), 0);
    assert.match(
      (await at('training').locator('img').first().getAttribute('alt'))!,
      /^training controls: learning rate/,
    );
    await keep('6-reopened');
    await startTraining();
    await drag(0.6);
    assert.equal((await kernel()).rate, await written());
  },
);

test('the strip works while a cell awaits', options, async () => {
  await start(lab.page, at('awaiting'));
  await button('pause').click();
  await says(/^paused/);
  await button('resume').click();
  await says(/^running/);
  await until(
    'the cell to end',
    async () => (await outputs(at('awaiting')).allInnerTexts()).join(''),
    (text) => text.includes('waited'),
  );
});

test('run all twice leaves one strip', options, async () => {
  for (let i = 0; i < 2; i++) {
    await menu(lab.page, 'Run', 'Run All Cells');
    await until(
      'the last cell to run',
      () => at('awaiting').locator('.jp-InputPrompt').first().innerText(),
      (prompt) => prompt.includes('*'),
    );
    await until(
      'the last cell to end',
      () => at('awaiting').locator('.jp-InputPrompt').first().innerText(),
      (prompt) => /\d/.test(prompt),
    );
  }
  await keep('7-run-all-twice');
  await says(/^running: epoch/);
  assert.equal(await strip().count(), 1);
});
