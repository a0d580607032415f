import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { keepPicture, longTraining, openCells, samplePatches } from './cells';
import { browser, kernelIdle, type Lab, skip } from './lab';
import { cell, outputs, runCell, start, until } from './notebook';

// A notebook that is not trusted, with a training and its strip of controls, and the parts of the strip as a user of
// assistive techniques finds them.

const pictures = join(__dirname, '../output/jupyter-controls');
export const options = { skip, timeout: 180_000 };
export const name = 'controls.ipynb';

export const sources = {
  stranger: "console.log('a stranger');",
  data: [
    "import { controls, liveChart, loadDataset, preparePatches, readImage, show, train } from 'srcnn-lab';",
    ...samplePatches,
    "console.log('pairs', training.count);",
  ].join('\n'),
  training: [
    ...longTraining('controls', "{ ...settings, learningRate: 1e-3, schedule: 'constant' }"),
    'controls(session);',
    'const chart = liveChart(session);',
  ].join('\n'),
  picture: 'await show(await readImage(files.evaluation[0]));',
  status: "console.log('now', session.state, session.learningRate, session.epochs, process.pid);",
  busy: 'for (const end = Date.now() + 2000; Date.now() < end; );',
  later: "setTimeout(() => (session.learningRate = 7e-4), 2500);\nconsole.log('soon');",
  forks: [
    'const ended = await Promise.all(session.forks.map((fork) => fork.stop().then(() => fork)));',
    "console.log('forks', ended.map((fork) => fork.learningRate + ' ' + fork.state).join());",
  ].join('\n'),
  awaiting: "await new Promise((go) => setTimeout(go, 3000));\nconsole.log('waited');",
};

export let lab: Lab;
before(async () => {
  if (!browser) return;
  mkdirSync(pictures, { recursive: true });
  lab = await openCells(name, sources, { stranger: true });
});
after(async () => {
  await (lab as Lab | undefined)?.close();
});

export const at = (which: keyof typeof sources, page = lab.page) => cell(page, sources[which].split('\n').at(-1)!);
export const strip = (page = lab.page) => at('training', page).getByRole('group', { name: 'training controls' });
export const slider = (page = lab.page) => strip(page).getByRole('slider', { name: 'learning rate' });
export const button = (which: string, page = lab.page) => strip(page).getByRole('button', { name: which, exact: true });
export const exact = (page = lab.page) => strip(page).getByRole('textbox', { name: 'learning rate, exactly' });
export const words = (page = lab.page) => strip(page).locator('.words').innerText();
export const remark = () => strip().getByRole('status').innerText();
export const keep = (picture: string) => keepPicture(at('training'), join(pictures, `${picture}.png`));
/** What the kernel says: its state, rate, epochs and process. */
export async function kernel(): Promise<{ state: string; rate: number; epochs: number; pid: number }> {
  await runCell(lab.page, at('status'));
  const [, state, rate, epochs, pid] = /^now (\w+) (\S+) (\d+) (\d+)/.exec(
    (await outputs(at('status')).allInnerTexts()).join('\n').trim(),
  )!;
  return { state, rate: Number(rate), epochs: Number(epochs), pid: Number(pid) };
}
export const says = (what: RegExp, page = lab.page) =>
  until(
    `the words ${what}`,
    () => words(page),
    (seen) => what.test(seen),
  );
export async function startTraining(): Promise<void> {
  await start(lab.page, at('data'));
  await kernelIdle(lab.page);
  await start(lab.page, at('training'));
  await says(/^running: epoch/);
}
/** Drags the slider to a place between its ends, 0 to 1. */
export async function drag(to: number, page: Page = lab.page): Promise<void> {
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
export const written = (page = lab.page) => slider(page).getAttribute('aria-valuetext').then(Number);
