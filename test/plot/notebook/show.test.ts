import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { OptionError } from '../../../src/errors';
import type { Figure } from '../../../src/plot/figure';
import { beforeAfter } from '../../../src/plot/figures/beforeAfter';
import { slider } from '../../../src/plot/figures/slider';
import { lightFigure, lightPng } from '../../../src/plot/notebook/lightFigure';
import {
  figureOutput,
  figureWords,
  imageHtml,
  imageOutput,
  NoNotebookError,
  show,
} from '../../../src/plot/notebook/show';
import { figurePng } from '../../../src/plot/picture';

const grey = (width: number, height: number) => ({ width, height, data: new Float32Array(width * height).fill(128) });

const sizeOf = async (data: Record<string, string>) => sharp(Buffer.from(data['image/png'], 'base64')).metadata();

test(
  'a small picture is sent as it is, and a wide one from 1000 pixels of width with its ' + 'own size in words',
  async () => {
    const small = await imageOutput(grey(30, 20));
    assert.equal((await sizeOf(small.data)).width, 30);
    assert.deepEqual(small.metadata, { 'image/png': { width: 30, alt: 'picture of 30 x 20 pixels' } });
    const wide = await imageOutput(grey(2400, 1200));
    const { width, height } = await sizeOf(wide.data);
    assert.deepEqual([width, height], [1000, 500]);
    assert.match(wide.data['text/plain'], /2400 x 1200 pixels, shown from 1000/);
  },
);

test('a picture is shown at the width asked for, and a width out of range is named', async () => {
  const { metadata } = await imageOutput(grey(30, 20), { width: 300 });
  assert.deepEqual(metadata, { 'image/png': { width: 300, alt: 'picture of 30 x 20 pixels' } });
  await assert.rejects(imageOutput(grey(30, 20), { width: 0 }), OptionError);
  await assert.rejects(imageOutput(grey(30, 20), { width: NaN }), /width is NaN/);
});

test('a shown picture has its description where pages look for it', async () => {
  const output = await imageOutput(grey(30, 20), { width: 300 });
  const { 'text/html': html, 'text/plain': words } = imageHtml(output);
  const source = `data:image/png;base64,${output.data['image/png']}`;
  assert.equal(html, `<img width="300" alt="picture of 30 x 20 pixels" src="${source}">`);
  assert.equal(words, 'picture of 30 x 20 pixels');
});

test('show takes a picture as well as a figure', async () => {
  await assert.rejects(show(grey(3, 2)), NoNotebookError);
});

test('a figure is described by its title and subtitle without markup', () => {
  const layout = { title: { text: '<b>Loss</b>', subtitle: { text: '20 epochs' } } };
  assert.equal(figureWords({ data: [], layout }), 'Loss: 20 epochs');
  assert.equal(figureWords({ data: [], layout: {} }), 'figure');
});

const colored = (width: number, height: number) => ({
  ...{ width, height, channels: 3 as const },
  data: new Uint8Array(width * height * 3).fill(90),
});

test('a shown figure is clear and as wide as its cell, and its alternative text is title and subtitle', async () => {
  const image = colored(60, 40);
  const figure = await beforeAfter({ original: image, bicubic: image, restored: image });
  assert.equal(figure.layout.width, 820);
  const { data, metadata } = figureOutput(figure, Buffer.from('png'));
  const { layout } = data['application/vnd.plotly.v1+json'] as typeof figure;
  assert.ok(!('width' in layout));
  assert.deepEqual([layout.autosize, layout.height], [true, figure.layout.height]);
  assert.deepEqual([layout.paper_bgcolor, layout.plot_bgcolor], ['rgba(0,0,0,0)', 'rgba(0,0,0,0)']);
  const words = 'Before and after: the marked 32 x 32 pixels, enlarged below';
  assert.deepEqual([metadata, data['text/plain']], [{ 'image/png': { alt: words } }, words]);
  assert.equal(figure.layout.width, 820, 'the figure itself stays as it was');
});

test('a figure whose pictures would be stretched keeps its width', async () => {
  const figure = await slider(colored(60, 40), colored(60, 40));
  const { data } = figureOutput(figure, Buffer.from('png'));
  const { config: _, ...shown } = data['application/vnd.plotly.v1+json'] as typeof figure & { config: object };
  assert.deepEqual(shown, figure);
});

/** A figure that holds a photograph, which here is noise upon a ramp, and a part of it enlarged by whole squares. */
async function withPictures(): Promise<Figure> {
  const data = Uint8Array.from({ length: 200 * 120 * 3 }, (_, i) => (i / 300 + ((i * i * 31) % 40)) % 256);
  const image = { width: 200, height: 120, channels: 3 as const, data };
  return beforeAfter({ original: image, bicubic: image, restored: image });
}

test('pictures of a shown figure take less room as WebP, and the figure itself keeps its own', async () => {
  const figure = await withPictures();
  const sources = ({ layout }: Figure) => (layout.images as { source: string }[]).map(({ source }) => source);
  const [before, after] = [sources(figure), sources(await lightFigure(figure))];
  assert.ok(after.every((source) => source.startsWith('data:image/webp;base64,')));
  assert.ok(
    after.join('').length < 0.8 * before.join('').length,
    `${after.join('').length} of ${before.join('').length}`,
  );
  assert.deepEqual(sources(figure), before);
  const lines = { data: [], layout: {} };
  assert.equal(await lightFigure(lines), lines);
});

test('the picture of a figure has a palette, in the size of the figure', async () => {
  const figure = await withPictures();
  const png = await lightPng(figure);
  const { width, height, hasAlpha } = await sharp(png).metadata();
  assert.deepEqual([width, height, hasAlpha], [820, figure.layout.height, true]);
  assert.equal(png[25], 3, "the colour type of the PNG's head");
  assert.ok(png.length < 0.7 * (await figurePng(figure, { scale: 1 })).length);
});

test('a promise, a number and nothing are refused with what to write instead', async () => {
  const refused = (value: unknown, words: RegExp) => assert.rejects(show(value as Figure), words);
  await refused(Promise.resolve(grey(3, 2)), /^OptionError: show needs .* not a promise of one; write show\(await/);
  await refused(7, /^OptionError: show needs a figure or a picture, not 7; print/);
  await refused(null, /^OptionError: show needs a figure or a picture, not null; print/);
});
