import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureOf } from '../../src/measures/measures';
import { goldenScores, near } from '../golden/measures';
import { scene, sceneNames } from '../golden/scenes';

const closed = goldenScores('measures.json');

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

for (const [measure, program] of Object.entries({
  mse: "scikit-image's",
  rmse: "scikit-image's",
  psnr: "scikit-image's",
  psnrb: "sewar's",
  sre: 'the formula of Lanaras et al. in numpy',
  sam: 'the angle of Yuhas et al. in numpy',
  ergas: "Wald's formula in numpy",
  cosine: 'the cosine in numpy',
  uqi: "Wang and Bovik's definition in numpy",
}))
  test(`${measure} equals ${program}, on pictures of three sizes, one flat`, () => {
    for (const { name, value } of scoresOf(measure)) near(value, closed[name][measure], 1e-6, name);
  });
