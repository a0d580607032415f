import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { longTraining, openCells, samplePatches } from './cells';
import { browser, kernelIdle, type Lab, skip } from './lab';
import { cell, menu, outputs, save, savedOutputs, select, start, until } from './notebook';

// Views that fail, a kernel that is silent, the look of a view, and tables: what the page does by itself.

const options = { skip, timeout: 240_000 };
const name = 'views.ipynb';

const asking = `export default { render({ model, el }) {
  const said = document.createElement('output');
  for (const name of ['fail', 'work'])
    el.append(Object.assign(document.createElement('button'),
      { textContent: name, onclick: () => model.send({ press: name }) }));
  el.append(said);
  const draw = () => { said.textContent = model.get('said'); };
  model.on('change:beat', draw);
  draw();
} };`;
const sources = {
  imports: [
    "import { controls, explore, liveTable, loadDataset, preparePatches, showTable, train } from 'srcnn-lab';",
    "const { LiveOutput } = require(process.env.SRCNN_DIST + '/plot/notebook/liveOutput.js');",
    "const still = (of: string) => () => ({ html: '<b>a picture of ' + of + '</b>', text: of });",
    ...samplePatches,
    "console.log('pairs', training.count);",
  ].join('\n'),
  unread: "new LiveOutput('export default {', {}, {}, still('a view that cannot be read')).show();",
  throwing: [
    'const throws = \'export default { render() { throw new Error("no ink"); } };\';',
    "new LiveOutput(throws, {}, {}, still('a view that throws')).show();",
  ].join('\n'),
  handler: [
    `const asking = ${JSON.stringify(asking)};`,
    'const onMessage = ({ press }: { press: string }) => {',
    "  if (press === 'fail') throw new Error('no answer');",
    "  asked.model.stream({ said: 'answered' });",
    '};',
    "const asked = new LiveOutput(asking, { said: 'nothing' }, { onMessage: onMessage }, still('questions'));",
    'asked.show();',
  ].join('\n'),
  explore: "await explore({ sigma: [0, 3] }, (values) => 'sigma is ' + values.sigma);",
  busy: 'for (const end = Date.now() + 27_000; Date.now() < end; );',
  strip: [...longTraining('views'), 'session.pause();', 'controls(session);'].join('\n'),
  table: 'showTable([{ loss: 2 }, { loss: 10 }, { loss: 1 }]);',
  live: [
    'const rows = liveTable();',
    'let count = 0;',
    'const counting = setInterval(() => rows([{ count: count++ }]), 500);',
  ].join('\n'),
  still: "clearInterval(counting);\nconsole.log('ended at', count - 1);",
};

let lab: Lab;
before(async () => {
  if (!browser) return;
  lab = await openCells(name, sources, { environment: { SRCNN_DIST: join(__dirname, '../../dist') } });
  await start(lab.page, at('imports'), 120_000);
  await kernelIdle(lab.page);
});
after(async () => {
  await (lab as Lab | undefined)?.close();
});

const at = (which: keyof typeof sources) => cell(lab.page, sources[which].split('\n').at(-1)!);
const text = async (which: keyof typeof sources) => (await outputs(at(which)).allInnerTexts()).join('\n').trim();

test('a view that cannot be read, or throws, leaves its picture, and the latter says why', options, async () => {
  await start(lab.page, at('unread'));
  await start(lab.page, at('throwing'));
  const said = await until(
    'the reason',
    () => text('throwing'),
    (seen) => seen.includes('failed'),
  );
  assert.equal(said, 'a picture of a view that throws\nThe live display failed: no ink');
  assert.equal(await text('unread'), 'a picture of a view that cannot be read');
});

test('a handler that throws changes nothing, and the next message is answered', options, async () => {
  await start(lab.page, at('handler'));
  await at('handler').getByRole('button', { name: 'fail' }).click();
  await at('handler').getByRole('button', { name: 'work' }).click();
  await until(
    'the answer',
    () => at('handler').locator('output').innerText(),
    (seen) => seen === 'answered',
  );
});

test('a page without news from the kernel says so, and no longer when there is some', options, async () => {
  await start(lab.page, at('explore'));
  const remark = () => at('explore').locator('.remark').textContent();
  await until('the view', remark, (seen) => seen === '');
  await select(at('busy'));
  await lab.page.keyboard.press('Control+Enter');
  await until('the word', remark, (seen) =>
    seen!.startsWith('No news from the kernel: it is busy, or it was restarted'),
  );
  await until('the news', remark, (seen) => seen === '');
});

test("the strip has the theme's colours and the cell's width", options, async () => {
  await start(lab.page, at('strip'), 120_000);
  const strip = at('strip').getByRole('group', { name: 'training controls' });
  await strip.waitFor();
  await lab.page.evaluate(() => document.body.style.setProperty('--jp-ui-font-color1', 'rgb(1, 2, 3)'));
  assert.equal(await strip.evaluate((element) => getComputedStyle(element).color), 'rgb(1, 2, 3)');
  await lab.page.setViewportSize({ width: 640, height: 1000 });
  const fits = () =>
    strip.evaluate((element) => {
      const { right, width } = element.getBoundingClientRect();
      const cellRight = element.closest('.jp-OutputArea-output')!.getBoundingClientRect().right;
      return { width, inside: right <= cellRight + 1 && element.scrollWidth <= element.clientWidth + 1 };
    });
  await until('the narrow strip', fits, ({ width, inside }) => width < 600 && inside);
  await lab.page.setViewportSize({ width: 1280, height: 1000 });
});

test('the button stop ends the run, and resume is then the button that works', options, async () => {
  const strip = at('strip').getByRole('group', { name: 'training controls' });
  await strip.getByRole('button', { name: 'stop' }).click();
  await until(
    'the stopped run',
    () => strip.locator('.words').innerText(),
    (words) => words.startsWith('stopped'),
  );
  const isOff = (name: string) => strip.getByRole('button', { name }).getAttribute('aria-disabled');
  assert.deepEqual([await isOff('stop'), await isOff('pause'), await isOff('resume')], ['true', 'true', 'false']);
});

test('a table is sorted by a click on its head, and its CSV is in the page', options, async () => {
  await start(lab.page, at('table'));
  const column = () => at('table').locator('td').allInnerTexts();
  assert.deepEqual(await column(), ['2', '10', '1']);
  await at('table').locator('th').click();
  assert.deepEqual(await column(), ['1', '2', '10']);
  const link = at('table').getByRole('link', { name: 'CSV' });
  const source = (await link.getAttribute('href'))!;
  assert.equal(Buffer.from(source.split(',')[1], 'base64').toString(), 'loss\r\n2\r\n10\r\n1\r\n');
});

const number = async () => Number(await at('live').locator('td').innerText());

test('the last rows of a table that changes are in the file', options, async () => {
  await start(lab.page, at('live'));
  await until('a row', number, (seen) => seen > 1);
  await start(lab.page, at('still'));
  const ended = await until(
    'the end',
    () => text('still'),
    (seen) => /ended at \d+$/.test(seen),
  );
  const [last] = /\d+$/.exec(ended)!;
  await until(
    'the last row in the file',
    async () => {
      await save(lab.page);
      try {
        return savedOutputs(join(lab.folder, name), 'liveTable()');
      } catch {
        return 'the server is writing the file';
      }
    },
    (saved) => new RegExp(`<td[^>]*>${last}<`).test(saved),
  );
});

test('a table that changes continues after a reload', options, async () => {
  await start(lab.page, at('live'));
  await until('a row', number, (seen) => seen > 1);
  await save(lab.page);
  await lab.reopen(name);
  const seen = await until('the table', number, (count) => count > 1);
  await until('the table to continue', number, (count) => count > seen + 2);
  await start(lab.page, at('still'));
});

test('after a restart a trusted notebook shows what was saved', options, async () => {
  await menu(lab.page, 'Kernel', 'Restart Kernel…');
  await lab.page.locator('.jp-Dialog .jp-mod-accept').click();
  const remark = () => at('explore').locator('.remark').textContent();
  await until('the word', remark, (seen) => seen!.startsWith('The kernel was restarted: run this cell again'));
  await kernelIdle(lab.page);
  await lab.reopen(name);
  assert.equal(await at('explore').getByRole('group').count(), 0);
  assert.match(await text('explore'), /^sigma 1\.5\s+sigma is 1\.5$/);
  assert.match(await at('strip').locator('img').first().getAttribute('alt').then(String), /^training controls: /);
  assert.equal(await at('live').locator('td').count(), 1);
});
