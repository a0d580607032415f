import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { keepPicture, openCells, samplePatches } from './cells';
import { browser, kernelIdle, type Lab, skip } from './lab';
import { cell, save, savedOutputs, start, until } from './notebook';

const pictures = join(__dirname, '../output/jupyter-looking');
const options = { skip, timeout: 180_000 };
const name = 'looking.ipynb';

const sources = {
  data: [
    'import { beforeAfter, degradationSteps, explore, loadDataset, preparePatches, preview, readImage,',
    "  restoreImage, pretrained, train, viewer } from 'srcnn-lab';",
    ...samplePatches,
    "const folder = process.env.SRCNN_RUNS + '/looking';",
    'const photograph = await readImage(files.evaluation[0]);',
    "console.log('read', photograph.width);",
  ].join('\n'),
  preview: [
    'const data = { training: training, validation: validation };',
    'const session = train(data, { batchSize: 16, epochs: 4000, folder: folder, resume: true });',
    'preview(session, files.evaluation[0]);',
  ].join('\n'),
  explore: [
    "await explore({ sigma: [0, 3], scale: [2, 3, 4], protocol: ['report', 'paper'] },",
    '  (values) => degradationSteps(photograph, values));',
  ].join('\n'),
  viewer: [
    'const part = { data: photograph.data, width: photograph.width, height: 300, channels: 3 as const };',
    "const { original, bicubic, restored } = await restoreImage(part, { model: await pretrained('x3') });",
    'await viewer({ bicubic: bicubic, SRCNN: restored, original: original });',
  ].join('\n'),
};

let lab: Lab;
before(async () => {
  if (!browser) return;
  mkdirSync(pictures, { recursive: true });
  lab = await openCells(name, sources);
  await start(lab.page, at('data'));
  await kernelIdle(lab.page);
});
after(async () => {
  await (lab as Lab | undefined)?.close();
});

const at = (which: keyof typeof sources) => cell(lab.page, sources[which].split('\n').at(-1)!.trim());
const part = (which: 'preview' | 'explore' | 'viewer') => at(which).getByRole('group', { name: which });
const keep = (picture: string, which: keyof typeof sources) => keepPicture(at(which), join(pictures, `${picture}.png`));
const saved = (which: keyof typeof sources) =>
  savedOutputs(join(lab.folder, name), sources[which].split('\n').at(-1)!.trim());

test('the preview sharpens while it trains, and a slider goes back through the epochs', options, async () => {
  await start(lab.page, at('preview'));
  const caption = () => part('preview').locator('figcaption').nth(1).innerText();
  const first = await until('the network', caption, (text) => /^the network now, -?\d/.test(text));
  await until('another PSNR', caption, (text) => /^the network now, -?\d/.test(text) && text !== first);
  const slider = part('preview').getByRole('slider', { name: 'epoch' });
  await until(
    'epochs that are kept',
    () => slider.evaluate(({ max }: HTMLInputElement) => Number(max)),
    (max) => max >= 2,
  );
  await slider.focus();
  await lab.page.keyboard.press('Home');
  await until('the first epoch', caption, (text) => /^after epoch \d+, /.test(text));
  await lab.page.keyboard.press('End');
  await until('now', caption, (text) => text.startsWith('the network now'));
  await keep('1-preview', 'preview');
  const sizes = await part('preview')
    .locator('img')
    .evaluateAll((all) => all.map((each) => (each as HTMLImageElement).naturalWidth));
  assert.equal(new Set(sizes).size, 1);
  assert.ok(sizes[0] >= 32);
});

test('explore shows the result of the function, and after a drag that of the last value', options, async () => {
  await start(lab.page, at('explore'));
  const image = part('explore').locator('img');
  await image.waitFor();
  const source = () => image.getAttribute('src');
  const first = await source();
  await part('explore').getByRole('combobox', { name: 'protocol' }).selectOption('paper');
  const second = await until('another picture', source, (seen) => seen !== first);
  const scale = part('explore').getByRole('slider', { name: 'scale' });
  await scale.focus();
  await lab.page.keyboard.press('End');
  await until('a third picture', source, (seen) => seen !== second);
  assert.equal(await scale.getAttribute('aria-valuetext'), '4');
  await keep('2-explore', 'explore');
});

test('in the viewer pictures are enlarged and moved together', options, async () => {
  await start(lab.page, at('viewer'));
  const images = part('viewer').locator('img');
  await images.nth(2).waitFor();
  const places = () => images.evaluateAll((all) => all.map((each) => (each as HTMLElement).style.transform));
  await part('viewer').getByRole('button', { name: 'enlarge' }).click();
  await part('viewer').getByRole('button', { name: 'enlarge' }).click();
  await part('viewer').focus();
  await lab.page.keyboard.press('ArrowRight');
  const [one, ...others] = await places();
  assert.match(one, /^scale\(2\.25\) translate\(-\d/);
  assert.deepEqual(others, [one, one]);
  const { x, y } = (await images.first().boundingBox())!;
  await images.first().scrollIntoViewIfNeeded();
  await lab.page.mouse.move(x + 60, y + 60);
  await lab.page.mouse.wheel(0, -100);
  await keep('3-viewer', 'viewer');
});

test('all three work after a reload, and are pictures in the file', options, async () => {
  await save(lab.page);
  for (const which of ['preview', 'explore', 'viewer'] as const)
    assert.match(saved(which), /srcnn-live-[\w-]+.*<img [^>]*src=.{2}data:image\/png;base64/, which);
  await lab.reopen(name);
  const caption = () => part('preview').locator('figcaption').nth(1).innerText();
  const before = await until('the preview', caption, (text) => text.startsWith('the network now'));
  await until('the preview to go on', caption, (text) => text !== before);
  const image = part('explore').locator('img');
  const shown = await image.getAttribute('src');
  await part('explore').getByRole('combobox', { name: 'protocol' }).selectOption('report');
  await until(
    'another picture',
    () => image.getAttribute('src'),
    (seen) => seen !== shown,
  );
  assert.equal(await part('viewer').locator('img').count(), 3);
});
