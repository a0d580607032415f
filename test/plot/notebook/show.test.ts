import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { OptionError } from '../../../src/errors';
import { figureWords, imageOutput, NoNotebookError, show } from '../../../src/plot/notebook/show';

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

test('show takes a picture as well as a figure', async () => {
  await assert.rejects(show(grey(3, 2)), NoNotebookError);
});

test('a figure is described by its title and subtitle without markup', () => {
  const layout = { title: { text: '<b>Loss</b>', subtitle: { text: '20 epochs' } } };
  assert.equal(figureWords({ data: [], layout }), 'Loss: 20 epochs');
  assert.equal(figureWords({ data: [], layout: {} }), 'figure');
});
