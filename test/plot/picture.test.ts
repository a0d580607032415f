import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { OptionError } from '../../src/errors';
import type { Image } from '../../src/image/image';
import { beforeAfter } from '../../src/plot/figures/beforeAfter';
import { epochScores } from '../../src/plot/figures/epochScores';
import { palette, runColors } from '../../src/plot/figure';
import { figurePng, figureSvg, saveFigure } from '../../src/plot/picture';
import { NoNotebookError, show, showImage } from '../../src/plot/notebook/show';
import { textWidth } from '../../src/plot/textSize';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srcnn-plot-'));
});
after(() => rm(folder, { recursive: true }));

const scores = () =>
  epochScores({
    losses: [],
    epochs: [1, 2].map((epoch) => ({
      epoch,
      loss: 1,
      validationLoss: 1,
      scores: { network: { psnr: 26 + epoch, ssim: 0.8 }, bicubic: { psnr: 25.5, ssim: 0.7 } },
      learningRate: 1,
      seconds: 1,
    })),
  });
const solid = (red: number, green: number, blue: number): Image => ({
  data: Uint8Array.from({ length: 60 * 40 * 3 }, (_, i) => [red, green, blue][i % 3]),
  width: 60,
  height: 40,
  channels: 3,
});

test('the svg holds the title, the legend and the numbers along the axes', async () => {
  const svg = await figureSvg(scores());
  for (const text of ['Scores after each epoch', 'PSNR (dB)', 'bicubic', '>27.0<', '>epoch<'])
    assert.ok(svg.includes(text), text);
  assert.ok(!/NaN|Infinity/.test(svg));
});

test('a figure has no ground of its own: its png is transparent beside the curves, also inside the axes', async () => {
  const png = sharp(await figurePng(scores(), { scale: 1 }));
  const { data, info } = await png.raw().toBuffer({ resolveWithObject: true });
  assert.equal(info.channels, 4);
  const alphas = Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3]);
  assert.deepEqual([alphas[0], alphas.at(-1)], [0, 0]);
  const clear = alphas.filter((alpha) => alpha === 0).length / alphas.length;
  assert.ok(clear > 0.8 && clear < 1, `${clear} of the pixels are clear`);
  assert.doesNotMatch(await figureSvg(scores()), /fill: (white|rgb\(255, 255, 255\)); fill-opacity: 1/);
});

test('every colour is seen on white and on the #111 of a dark theme', () => {
  // Relative luminance and contrast as WCAG 2.2 defines them.
  const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = (color: string) =>
    [0.2126, 0.7152, 0.0722].reduce(
      (sum, part, i) => sum + part * linear(parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16) / 255),
      0,
    );
  const contrast = (a: string, b: string) => {
    const [less, more] = [luminance(a), luminance(b)].sort((one, other) => one - other);
    return (more + 0.05) / (less + 0.05);
  };
  assert.ok(Math.abs(contrast('#000000', '#ffffff') - 21) < 1e-9);
  const { text, model, bicubic, mark } = palette;
  for (const ground of ['#ffffff', '#111111']) {
    assert.ok(contrast(text, ground) > 4.3, `text on ${ground}: ${contrast(text, ground)}`);
    for (const color of [model, bicubic, mark, ...runColors])
      assert.ok(contrast(color, ground) > 3, `${color} on ${ground}: ${contrast(color, ground)}`);
  }
});

test('drawing a figure leaves it as it was', async () => {
  const figure = scores();
  await figureSvg(figure);
  assert.deepEqual(figure, scores());
});

test("the same figure is the same svg, and the names inside differ from another figure's", async () => {
  const names = (svg: string) => [...svg.matchAll(/id="(clip\w+)"/g)].map(([, name]) => name);
  const figure = scores();
  const svg = await figureSvg(figure);
  assert.equal(await figureSvg(figure), svg);
  const other = names(await figureSvg({ ...figure, layout: { ...figure.layout, title: { text: 'another' } } }));
  assert.ok(other.length && names(svg).every((name) => !other.includes(name)));
});

test("the png has the size asked for times the scale, else the figure's own", async () => {
  const size = async (png: Buffer) => {
    const { width, height } = await sharp(png).metadata();
    return [width, height];
  };
  assert.deepEqual(await size(await figurePng(scores(), { width: 700, height: 300, scale: 1 })), [700, 300]);
  assert.deepEqual(await size(await figurePng({ data: [], layout: { width: 320, height: 240 } })), [640, 480]);
  await assert.rejects(figurePng(scores(), { width: 0 }), OptionError);
  await assert.rejects(figurePng(scores(), { scale: NaN }), OptionError);
});

test('pictures inside a figure appear in its png, side by side', async () => {
  const figure = await beforeAfter({
    original: solid(200, 30, 40),
    bicubic: solid(20, 180, 50),
    restored: solid(30, 60, 220),
  });
  const { data, info } = await sharp(await figurePng(figure, { scale: 1 }))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray(
      3 * (Math.round(y) * info.width + Math.round(x)),
      3 * (Math.round(y) * info.width + Math.round(x)) + 3,
    ),
  ];
  const row = info.height - 100;
  assert.deepEqual(
    [1, 3, 5].map((sixth) => at((info.width * sixth) / 6, row)),
    [
      [20, 180, 50],
      [30, 60, 220],
      [200, 30, 40],
    ],
  );
});

test('a figure is saved as its extension says, and nothing else is left in the folder', async () => {
  await saveFigure(join(folder, 'scores.svg'), scores());
  await saveFigure(join(folder, 'scores.png'), scores(), { width: 400, height: 300, scale: 1 });
  assert.match(await readFile(join(folder, 'scores.svg'), 'utf8'), /^<svg[^>]*width="820"/);
  assert.equal((await sharp(join(folder, 'scores.png')).metadata()).width, 400);
  await assert.rejects(saveFigure(join(folder, 'scores.pdf'), scores()), /\.svg or \.png/);
  assert.deepEqual((await readdir(folder)).sort(), ['scores.png', 'scores.svg']);
});

test('outside of a notebook show says what to use instead', async () => {
  await assert.rejects(
    show(scores()),
    (error: Error) => error instanceof NoNotebookError && /saveFigure/.test(error.message),
  );
  await assert.rejects(showImage(solid(1, 2, 3)), NoNotebookError);
});

test('the estimated width of text is within a tenth of what the font takes', () => {
  // Pillow 13.0.0: ImageFont.truetype('DejaVuSans.ttf', 20).getlength(text)
  const lengths: [string, number][] = [
    ['validation, end of epoch', 241.8125],
    ['PSNR (dB)', 102],
    ['0.0125', 69.953125],
    ['9-1-5, SGD with momentum', 280.265625],
  ];
  for (const [text, measured] of lengths)
    assert.ok(
      Math.abs(textWidth(text, 20) / measured - 1) < 0.1,
      `${text}: ${textWidth(text, 20)} instead of ${measured}`,
    );
});
