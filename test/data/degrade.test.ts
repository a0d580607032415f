import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { degrade, lowResolution } from '../../src/data/degrade';
import { ImageTooSmallError, OptionError, UnknownNameError } from '../../src/errors';
import { luminance } from '../../src/image/color';
import { readImage } from '../../src/image/files';
import type { Image, Plane } from '../../src/image/image';
import { difference, goldenLuminance } from '../golden/image';
import { checkScale } from '../../src/degradations/degradation';
import { cropToScale } from '../../src/protocols/planes';

const data = process.env.SRCNN_DATA_DIR ?? '';
const reference = process.env.SRCNN_REFERENCE_DIR ?? '';
const missing = (...folders: string[]) =>
  folders.every((folder) => existsSync(folder)) ? false : 'set SRCNN_DATA_DIR and SRCNN_REFERENCE_DIR';

test(
  "the seed degradation equals the report's own at every pixel of the reference pictures",
  { skip: missing(join(reference, 'distort'), join(data, 'eval219')) },
  async () => {
    const files = readdirSync(join(reference, 'distort'));
    assert.ok(files.length > 0);
    for (const file of files) {
      const [, name, scale, blur] = /^(.+)-x(\d)-(sigma1|noblur)-Y\.png$/.exec(file)!;
      const original = luminance(await readImage(join(data, 'eval219', `${name}.png`)), 'full');
      const expected = await readImage(join(reference, 'distort', file));
      const ours = degrade(original, { protocol: 'report', scale: Number(scale), sigma: blur === 'sigma1' ? 1 : 0 });
      assert.deepEqual(
        difference(ours.data, expected.data),
        { samples: expected.data.length, largest: 0, different: 0 },
        file,
      );
    }
  },
);

const channel = ({ data: samples, width, height, channels }: Image, k: number): Plane => ({
  data: Float32Array.from({ length: width * height }, (_, i) => samples[i * channels + k]),
  width,
  height,
});

for (const set of ['Set5', 'Set14']) {
  for (const scale of [2, 3, 4]) {
    const folder = join(data, set, `image_SRF_${scale}`);
    test(
      `the paper's low resolution equals MATLAB's ${set} x${scale} pictures away from the border`,
      { skip: missing(folder) },
      async () => {
        const originals = readdirSync(folder).filter((name) => name.endsWith('_HR.png'));
        assert.ok(originals.length > 0);
        for (const name of originals) {
          const [high, low] = await Promise.all(
            [name, name.replace('_HR', '_LR')].map((file) => readImage(join(folder, file))),
          );
          for (let k = 0; k < high.channels; k++) {
            const ours = lowResolution(cropToScale(channel(high, k), scale), { protocol: 'paper', scale });
            assert.equal(differentInside(ours, channel(low, Math.min(k, low.channels - 1)), 3), 0, name);
          }
        }
      },
    );
  }
}

function differentInside(a: Plane, b: Plane, border: number): number {
  let different = 0;
  for (let y = border; y < a.height - border; y++) {
    for (let x = border; x < a.width - border; x++)
      if (a.data[y * a.width + x] !== b.data[y * b.width + x]) different++;
  }
  return different;
}

test('both protocols give 8-bit values of the right size and blur what they are given', () => {
  const plane = cropToScale(goldenLuminance(), 3);
  for (const protocol of ['report', 'paper'] as const) {
    const low = lowResolution(plane, { protocol, scale: 3 });
    const result = degrade(plane, { protocol, scale: 3 });
    assert.deepEqual([low.width, low.height, result.width, result.height], [12, 9, 36, 27]);
    assert.ok([...low.data, ...result.data].every((value) => Number.isInteger(value) && value >= 0 && value <= 255));
    assert.ok(difference(result.data, plane.data).largest > 20);
  }
});

test('cropping keeps the top-left samples', () => {
  const plane: Plane = { data: Float32Array.from({ length: 35 }, (_, i) => i), width: 7, height: 5 };
  assert.deepEqual(cropToScale(plane, 4), {
    data: Float32Array.of(0, 1, 2, 3, 7, 8, 9, 10, 14, 15, 16, 17, 21, 22, 23, 24),
    width: 4,
    height: 4,
  });
});

test('scales, protocols and pictures out of range are named errors', () => {
  for (const scale of [1, 9, 2.5, NaN]) assert.throws(() => checkScale(scale), OptionError);
  for (const scale of [2, 8]) checkScale(scale);
  assert.throws(() => degrade(goldenLuminance(), { protocol: 'matlab' }), UnknownNameError);
  const tiny: Plane = { data: new Float32Array(6), width: 3, height: 2 };
  assert.throws(() => cropToScale(tiny, 3), ImageTooSmallError);
  assert.throws(() => degrade(tiny, { scale: 3 }), ImageTooSmallError);
});
