import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelIdle } from './lab';
import { menu, outputs, save, start, until } from './notebook';
import {
  at,
  button,
  drag,
  keep,
  kernel,
  lab,
  name,
  options,
  remark,
  says,
  slider,
  startTraining,
  strip,
  written,
} from './strip';

test('the training runs', options, startTraining);

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

test('the interrupt button stops the run, and the strip resumes it', options, async () => {
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

test('run all twice leaves one strip', { ...options, timeout: 360_000 }, async () => {
  for (let i = 0; i < 2; i++) {
    await menu(lab.page, 'Run', 'Run All Cells');
    await until(
      'the last cell to run',
      () => at('awaiting').locator('.jp-InputPrompt').first().innerText(),
      (prompt) => prompt.includes('*'),
    );
    // The cells prepare pictures beside a training: on a machine that does other work as well, that takes its time.
    await until(
      'the last cell to end',
      () => at('awaiting').locator('.jp-InputPrompt').first().innerText(),
      (prompt) => /\d/.test(prompt),
      150_000,
    );
  }
  await keep('7-run-all-twice');
  await says(/^running: epoch/);
  assert.equal(await strip().count(), 1);
});
