import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureOf } from '../../src/measures/measures';
import { type GoldenScores, goldenScores, near } from '../golden/measures';
import { scene, sceneNames } from '../golden/scenes';

const closed = goldenScores('measures.json');
const perceptual = goldenScores('perceptual.json');
const pyramid = goldenScores('pyramid.json');
const spectrum = goldenScores('spectrum.json');

const scoresOf = (measure: string) =>
  sceneNames.map((name) => {
    const { truth, restored } = scene(name);
    return { name, value: measureOf(measure).compare(restored, truth, { scale: 3 }) };
  });

test('the generated pictures are those of the other programs', () => {
  for (const name of sceneNames) {
    const { truth, restored } = scene(name);
    const sums = [truth, restored].map(({ data }) => data.reduce((sum, value) => sum + value, 0));
    assert.deepEqual(sums, closed[name].checksum);
  }
});

const natural = goldenScores('niqe.json');

const programs: Record<string, [GoldenScores, string]> = {
  mse: [closed, "scikit-image's"],
  rmse: [closed, "scikit-image's"],
  psnr: [closed, "scikit-image's"],
  psnrb: [closed, "sewar's"],
  sre: [closed, 'the formula of Lanaras et al. in numpy'],
  sam: [closed, 'the angle of Yuhas et al. in numpy'],
  ergas: [closed, "Wald's formula in numpy"],
  cosine: [closed, 'the cosine in numpy'],
  uqi: [closed, "Wang and Bovik's definition in numpy"],
  msssim: [perceptual, "Wang et al.'s definition in numpy"],
  gmsd: [perceptual, "Xue et al.'s definition in numpy"],
  haarpsi: [perceptual, "piq's"],
  vifp: [perceptual, "sewar's"],
  vif: [pyramid, "its definition over pyrtools' pyramid"],
  wpsnr: [spectrum, "Liu's definition in numpy"],
  nqm: [spectrum, "MeTriX MuX's definition in numpy"],
  fsim: [spectrum, "piq's"],
  niqe: [natural, "pyiqa's with the lab's model"],
  ifc: [pyramid, "its definition over pyrtools' pyramid"],
};

for (const [measure, [golden, program]] of Object.entries(programs))
  test(`${measure} equals ${program}, on pictures of three sizes, one flat`, () => {
    const known = scoresOf(measure).filter(({ name }) => measure in golden[name]);
    assert.ok(known.length >= 2);
    for (const { name, value } of known) near(value, golden[name][measure], measure === 'niqe' ? 1e-3 : 1e-6, name);
  });
