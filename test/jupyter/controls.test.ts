import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { kernelIdle } from './lab';
import { outputs, runCell, save, savedOutputs, start, until } from './notebook';
import {
  at,
  button,
  drag,
  exact,
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

test('the buttons have labels and can be reached by the tab key', options, async () => {
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

test('wrong values are reported in the strip, and a thousandfold jump has to be confirmed', options, async () => {
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

test('pointing at a line of the chart shows what was done to the run there', options, async () => {
  await button('pause').click();
  await says(/^paused/);
  const mark = at('training').locator('.srcnn-mark').last();
  const opacity = () => mark.locator('text').evaluate((text) => getComputedStyle(text).opacity);
  // The chart is drawn once a second, so the strip is ahead of it.
  await until(
    'the mark of the pause',
    () => mark.locator('text').textContent(),
    (text) => /paused$/.test(text ?? ''),
  );
  await until('its words to be hidden', opacity, (seen) => seen === '0');
  // The chart may be drawn anew between two looks.
  const hovered = async () => {
    const place = await mark.evaluate((element) => {
      element.scrollIntoView({ block: 'center' });
      const { x, y, width, height } = element.querySelector('polyline')!.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    });
    await lab.page.mouse.move(place.x, place.y);
    return opacity();
  };
  await until('its words', hovered, (seen) => seen === '1');
  await button('resume').click();
  await says(/^running/);
});

test('the slider does not move while it is dragged, and the last of many values wins', options, async () => {
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

test('the strip works after a reload, and two views and a second tab follow each other', options, async () => {
  await start(lab.page, at('picture'));
  await outputs(at('picture')).locator('img').waitFor();
  await save(lab.page);
  assert.match(
    savedOutputs(join(lab.folder, name), 'controls(session)'),
    /<div class=.{2}srcnn-live-[\w-]+.{2}><img alt=.{2}training/,
  );
  await lab.reopen(name);
  await says(/^running: epoch/);
  assert.equal(await at('stranger').locator('.jp-OutputArea-output svg').count(), 0, 'the notebook is not trusted');
  const description = await outputs(at('picture')).locator('img').getAttribute('alt');
  assert.match(description!, /^picture of \d+ x \d+ pixels/);
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
