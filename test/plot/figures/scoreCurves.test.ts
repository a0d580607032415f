import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OptionError } from '../../../src/errors';
import { type ScoreCost, scoreCurves } from '../../../src/plot/figures/scoreCurves';
import { figureSvg } from '../../../src/plot/picture';
import type { EpochRecord, History } from '../../../src/runs/history';

const record = (epoch: number, seconds: number, rest: Partial<EpochRecord> = {}): EpochRecord => ({
  epoch,
  loss: 0.02,
  validationLoss: 0.03 / epoch,
  scores: { network: { psnr: 26 + epoch, ssim: 0.7 }, bicubic: { psnr: 25.74, ssim: 0.65 } },
  learningRate: 1e-3,
  seconds,
  ...rest,
});
const run = (name: string, epochs: EpochRecord[], rest: Partial<History> = {}) => ({
  name,
  history: { losses: [], epochs, ...rest },
});

test('runs stand against epochs, minutes since their beginning, or updates, with one line for bicubic', async () => {
  const slow = run('slow', [record(1, 90), record(2, 30, { scores: null }), record(3, 60)], { batchesPerEpoch: 100 });
  const fast = run('fast', [record(1, 6, { step: 40 }), record(2, 6, { step: 75 })]);
  const across = (against: ScoreCost) => scoreCurves([slow, fast], { against }).data.map(({ name, x }) => [name, x]);
  assert.deepEqual(across('epochs'), [
    ['slow', [1, 3]],
    ['fast', [1, 2]],
    ['bicubic', [0, 3]],
  ]);
  assert.deepEqual(across('minutes'), [
    ['slow', [1.5, 3]],
    ['fast', [0.1, 0.2]],
    ['bicubic', [0, 3]],
  ]);
  assert.deepEqual(across('updates'), [
    ['slow', [100, 300]],
    ['fast', [40, 75]],
    ['bicubic', [0, 300]],
  ]);
  const [{ y }] = scoreCurves([slow]).data;
  assert.deepEqual(y, [27, 29]);
  const svg = await figureSvg(scoreCurves([slow, fast], { against: 'minutes' }));
  for (const text of ['slow', 'fast', 'bicubic', 'minutes of training', 'PSNR (dB)'])
    assert.ok(svg.includes(text), text);
});

test('what was done to a run is marked where its step stands, with words where there is one run', () => {
  const events = [{ step: 150, what: 'learningRate', from: 1e-3, to: 3e-4 } as const];
  const changed = run('changed', [record(1, 60), record(2, 180), record(3, 60)], { batchesPerEpoch: 100, events });
  const other = run('other', [record(1, 60, { step: 100 })]);
  const marks = (against: ScoreCost, runs = [changed]) => scoreCurves(runs, { against }).layout;
  const places = (against: ScoreCost) => (marks(against).shapes as { x0: number }[]).map(({ x0 }) => x0);
  assert.deepEqual([places('epochs'), places('updates'), places('minutes')], [[1.5], [150], [2.5]]);
  const words = (runs = [changed]) => (marks('epochs', runs).annotations as { text: string; hovertext: string }[])[0];
  assert.equal(words().text, 'rate 1e-3 → 3e-4');
  assert.equal(words([changed, other]).text, '…');
  assert.equal(words([changed, other]).hovertext, 'changed: rate 1e-3 → 3e-4');
});

test('after a change of pictures only scores on the new ones are shown, at the minute of their epoch', () => {
  const changed = run('changed', [record(1, 60), record(2, 60), record(3, 60)], {
    rescored: { after: 2, record: record(1, 60) },
  });
  assert.deepEqual(scoreCurves([changed], { against: 'minutes' }).data[0].x, [1, 3]);
});

test('runs without scores are left out, and what is not known is refused', () => {
  const without = run('without', [record(1, 60, { scores: null })]);
  const old = run('old', [record(1, 60)]);
  assert.deepEqual(
    scoreCurves([without, old]).data.map(({ name }) => name),
    ['old', 'bicubic'],
  );
  const refused = (given: () => unknown, message: RegExp) =>
    assert.throws(given, (error: Error) => error instanceof OptionError && message.test(error.message));
  refused(() => scoreCurves([without]), /no run has scores/);
  refused(() => scoreCurves([old], { against: 'updates' }), /old does not say how many updates/);
  refused(() => scoreCurves([old], { measure: 'ifc' }), /old have no ifc, only psnr, ssim/);
  refused(() => scoreCurves([old], { against: 'hours' as ScoreCost }), /against is hours; use one of epochs/);
});
