import { join } from 'node:path';
import type { Engine } from '../../engine/engine';
import { evaluate } from '../../evaluation/evaluate';
import { setScoresOf } from '../../evaluation/pictureScores';
import { loadWeights } from '../../formats/weights';
import { byHand } from '../../protocols/byHand';
import { colourMeasures } from './colourMeasures';
import { meanOf, readMeans, writeMeans } from './meansFile';
import type { StudyRun } from './study';

/** Beside the runs' folders: the scores of each, and bicubic's. */
export const coloursFile = (folder: string) => join(folder, 'colours.csv');

/** Whole pictures, each of red, green and blue degraded as under the protocol paper. */
const protocol = byHand({ shrink: 'matlab', score: 'rgb', border: 3 });

/**
 * Scores the colours of a run's pictures, unless they are there already. A network on luminance is given bicubic's Cb
 * and Cr.
 */
export async function scoreColours({ name }: StudyRun, folder: string, files: string[], engine: Engine): Promise<void> {
  const known = await readMeans(coloursFile(folder));
  if (known.some(({ model }) => model === name)) return;
  const model = await loadWeights(join(folder, name, 'weights.safetensors'));
  const evaluation = await evaluate(files, { model, engine, protocol, scale: 3, measures: colourMeasures });
  const set = `${files.length} pictures`;
  const means = colourMeasures.flatMap((measure) => [
    setScoresOf('bicubic', set, evaluation, 'bicubic', measure),
    setScoresOf(name, set, evaluation, 'network', measure),
  ]);
  const others = known.filter(({ model: other }) => other !== 'bicubic');
  await writeMeans(coloursFile(folder), [...others, ...means.map(meanOf)]);
}
