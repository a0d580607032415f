import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { OptionError } from '../../../src/errors';
import type { Image } from '../../../src/image/image';
import type { Figure } from '../../../src/plot/figure';
import { figurePng } from '../../../src/plot/picture';
import { slider } from '../../../src/plot/figures/slider';

const flat = (width: number, height: number, value: number): Image => ({
  data: new Uint8Array(width * height).fill(value),
  width,
  height,
  channels: 1,
});

type Step = { method: string; args: [Record<string, unknown>] };
const steps = (figure: Figure) => (figure.layout.sliders as { steps: Step[]; active: number }[])[0];

/** The figure with the line at a step, as plotly's relayout does it. */
function moved(figure: Figure, step: number): Figure {
  const layout = structuredClone(figure.layout) as Record<string, Record<string, unknown>> & {
    shapes: Record<string, unknown>[];
  };
  for (const [path, value] of Object.entries(steps(figure).steps[step].args[0])) {
    const [name, key] = path.split('.');
    if (name === 'shapes[0]') layout.shapes[0][key] = value;
    else layout[name][key] = value;
  }
  return { ...figure, layout };
}

/** Which part of the picture's width shows the grey value, in a row through its middle. */
async function partOf(figure: Figure, value: number): Promise<number> {
  const { data, info } = await sharp(await figurePng(figure, { scale: 1 }))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const row = data.subarray((info.height >> 1) * info.width, ((info.height >> 1) + 1) * info.width);
  const count = (wanted: number) => row.filter((sample: number) => Math.abs(sample - wanted) <= 1).length;
  return count(value) / (count(50) + count(200));
}

test('the line stands in the middle, before to its left and after to its right, and the slider moves it', async () => {
  const figure = await slider(flat(60, 40, 50), flat(60, 40, 200));
  assert.ok(Math.abs((await partOf(figure, 50)) - 0.5) < 0.02);
  assert.ok(Math.abs((await partOf(moved(figure, 9), 50)) - 0.2) < 0.02);
  assert.ok(Math.abs((await partOf(moved(figure, 44), 50)) - 0.9) < 0.02);
  assert.deepEqual(moved(figure, steps(figure).active).layout, figure.layout);
});

test(
  'a picture stands beside its enlargement with square pixels; a large one shows its middle, or the crop ' +
    'asked for',
  async () => {
    const sizeOf = async (figure: Figure) =>
      Promise.all(
        (figure.layout.images as { source: string }[]).map(async ({ source }) => {
          const { width, height } = await sharp(Buffer.from(source.split(',')[1], 'base64')).metadata();
          return [width, height];
        }),
      );
    assert.deepEqual(await sizeOf(await slider(flat(20, 10, 50), flat(60, 30, 200))), [
      [60, 30],
      [60, 30],
    ]);
    assert.deepEqual(await sizeOf(await slider(flat(1000, 700, 50), flat(2000, 1400, 200))), [
      [720, 420],
      [720, 420],
    ]);
    assert.deepEqual(
      await sizeOf(await slider(flat(20, 10, 50), flat(60, 30, 200), { crop: { x: 5, y: 5, width: 30, height: 20 } })),
      [
        [30, 20],
        [30, 20],
      ],
    );
  },
);

test('pictures that do not fit, and a crop outside, are refused by name', async () => {
  await assert.rejects(slider(flat(20, 10, 50), flat(60, 20, 200)), OptionError);
  await assert.rejects(slider(flat(60, 30, 50), flat(20, 10, 200)), OptionError);
  await assert.rejects(
    slider(flat(20, 10, 50), flat(20, 10, 200), { crop: { x: 15, y: 0, width: 10, height: 10 } }),
    OptionError,
  );
});
