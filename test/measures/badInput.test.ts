import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ImageTooSmallError, OptionError } from '../../src/errors';
import type { Image } from '../../src/image/image';
import { measureOf, measures } from '../../src/measures/measures';
import { channelOf, scene } from '../golden/scenes';

const { truth, restored } = scene('even');
const colourOnly = ['sam', 'ergas'];
const flat = (width: number, height: number, value: number): Image => ({
  data: new Uint8Array(3 * width * height).fill(value),
  width,
  height,
  channels: 3,
});

for (const { name, compare } of measures) {
  test(`${name} refuses pictures of two sizes, and a border that leaves nothing`, () => {
    assert.throws(() => compare(flat(64, 64, 9), flat(64, 60, 9)), OptionError);
    assert.throws(() => compare(flat(64, 64, 9), channelOf(flat(64, 64, 9), 0)), OptionError);
    assert.throws(() => compare(flat(64, 64, 9), flat(64, 64, 9), { border: 32 }), ImageTooSmallError);
  });

  test(`${name} of a single pixel is a number or an ImageTooSmallError`, () => {
    try {
      assert.ok(!Number.isNaN(compare(flat(1, 1, 7), flat(1, 1, 9))));
    } catch (error) {
      assert.ok(error instanceof ImageTooSmallError, String(error));
    }
  });

  if (name === 'niqe') {
    test('niqe of a constant picture is refused by name: it has no structure', () => {
      assert.throws(() => compare(flat(200, 200, 100), flat(200, 200, 100)), OptionError);
    });
    continue;
  }

  test(`${name} of constant and of black pictures is a number, the best one where they are equal`, () => {
    for (const value of [0, 100]) {
      const equal = compare(flat(200, 200, value), flat(200, 200, value));
      for (const other of [0, 50, 255]) {
        const different = compare(flat(200, 200, other), flat(200, 200, value));
        assert.ok(!Number.isNaN(equal) && !Number.isNaN(different), `${equal}, ${different}`);
        const worse = measureOf(name).better === 'higher' ? different <= equal : different >= equal;
        assert.ok(worse, `${name} is ${different}, better than ${equal} of equal pictures`);
      }
    }
  });

  test(`${name} of a constant truth and a picture with structure is a number`, () => {
    const { truth: constant, restored: noisy } = scene('flat');
    assert.ok(!Number.isNaN(compare(noisy, constant)));
  });

  test(`${name} takes grey planes and does not look at alpha, or says that it needs colour`, () => {
    const [ours, theirs] = [channelOf(restored, 1), channelOf(truth, 1)];
    if (colourOnly.includes(name)) assert.throws(() => compare(ours, theirs), OptionError);
    else assert.ok(Number.isFinite(compare(ours, theirs)));
    const alpha = new Uint8Array(truth.width * truth.height);
    assert.equal(compare({ ...restored, alpha }, truth), compare(restored, truth));
  });

  test(`${name} of 16-bit values equals that of 8 bits, but for their unit`, () => {
    const units: Record<string, number> = { mse: 257 ** 2, rmse: 257 };
    if (colourOnly.includes(name)) return;
    const [ours, theirs] = [channelOf(restored, 1), channelOf(truth, 1)];
    const wide = [ours, theirs].map((plane) => ({ ...plane, data: plane.data.map((value) => 257 * value) }));
    const score = compare(wide[0], wide[1], { dataRange: 65535 });
    const expected = compare(ours, theirs) * (units[name] ?? 1);
    assert.ok(Math.abs(score - expected) < 1e-9 * Math.abs(expected), `${score}, not ${expected}`);
  });
}
