import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import sharp from 'sharp';
import { scale } from '../../src/commands/options';
import { createWasmEngine } from '../../src/engine/wasm/wasm';
import { OptionError } from '../../src/errors';
import { upscale } from '../../src/evaluation/upscale';
import { pretrained } from '../../src/formats/pretrained';
import { readImage } from '../../src/image/files';
import { Workplace } from './commandLine';

const place = new Workplace();
before(() => place.photos('photos'));

test('a scale is a number with or without an x before or after it, and nothing else', () => {
  assert.deepEqual(['3', 'x3', 'X3', '×3', '3x', '3×', ' x2 ', '2.5', '-1'].map(scale), [3, 3, 3, 3, 3, 3, 2, 2.5, -1]);
  for (const wrong of ['', 'x', 'three', 'xx3', '3:1', 'x3.5'])
    assert.throws(
      () => scale(wrong),
      (error: Error) => error instanceof OptionError && error.message === `--scale is "${wrong}"; use a number`,
    );
});

test('every verb with a scale takes x3 for 3', async () => {
  const upscaled = await place.srcnn('upscale', 'photos/a.png', 'x2.png', '-s', 'x2');
  assert.deepEqual([upscaled.code, upscaled.stderr], [0, '']);
  assert.equal((await sharp(place.inside('x2.png')).metadata()).width, 144);
  assert.match((await place.srcnn('evaluate', 'photos', '-s', 'x3')).stdout, /^protocol \w+, x3\n/);
  const trained = await place.srcnn('train', 'photos', '-s', 'x3', '--batch-size', '4', '--epochs', '1', '-t', '1');
  assert.match(trained.stdout, /everything is written to results\/runs\/tuned-photos-x3\n/);
});

test('upscale --model takes the name of weights of the package, and their scale', async () => {
  for (const model of ['x3', 'x2']) {
    const { code, stderr } = await place.srcnn('upscale', 'photos/a.png', `by-${model}.png`, '--model', model);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal((await sharp(place.inside(`by-${model}.png`)).metadata()).width, 72 * Number(model[1]));
  }
  const byScale = await place.srcnn('upscale', 'photos/a.png', 'by-scale.png', '-s', '3');
  assert.equal(byScale.code, 0, byScale.stderr);
  const [named, scaled] = await Promise.all(
    ['by-x3.png', 'by-scale.png'].map((file) => sharp(place.inside(file)).raw().toBuffer()),
  );
  assert.ok(named.equals(scaled));
});

test('upscale --model fast, best or srcnn takes these weights of the scale; the default is best', async () => {
  const enlarged = async (...words: string[]) => {
    const { code, stderr } = await place.srcnn('upscale', 'photos/a.png', 'size.png', '-s', '2', '--force', ...words);
    assert.deepEqual([code, stderr], [0, '']);
    return (await readImage(place.inside('size.png'))).data;
  };
  const picture = await readImage(place.inside('photos', 'a.png'));
  const engine = await createWasmEngine();
  for (const size of ['fast', 'best', 'srcnn']) {
    const model = await pretrained(`${size}-x2`);
    assert.deepEqual(await enlarged('--model', size), (await upscale(picture, { model, engine })).data);
  }
  const model = await pretrained('best-x2');
  assert.deepEqual(await enlarged(), (await upscale(picture, { model, engine })).data);
  const eight = await upscale(picture, { model, engine, ensemble: true });
  assert.deepEqual(await enlarged('--ensemble'), eight.data);
  await engine.close();
});

test('evaluate takes the sizes that upscale takes; a wrong name is answered with those there are', async () => {
  const { code, stdout, stderr } = await place.srcnn('evaluate', 'photos', '--model', 'fast', '-s', '2');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^protocol paper, x2\n[^]*\nfast +3 images/);
  for (const verb of ['evaluate photos', 'upscale photos/a.png wrong.png'])
    assert.match(
      (await place.srcnn(...verb.split(' '), '--model', 'fasst')).stderr,
      /^UnknownNameError: unknown weights "fasst": use one of best, fast, srcnn, x2, .*, a \.safetensors file\n$/,
    );
});
