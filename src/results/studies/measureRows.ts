import { join } from 'node:path';
import { measureOf } from '../../measures/measures';
import { readMeans } from './meansFile';
import { PUBLISHED_FILE, readPublishedCells } from './publishedCells';
import type { StudyRow } from './studyRows';

/** The measures of Dong et al.'s tables, in their order. */
export const paperMeasures = ['psnr', 'ssim', 'ifc', 'nqm', 'wpsnr', 'msssim'] as const;

export const measuresFile = (folder: string) => join(folder, 'measures.csv');

/**
 * Means by the measures of Dong et al. at a scale, for each set those of our networks and the published ones, in flat
 * rows; undefined where there are none.
 */
export async function measureRows(folder: string, scale: number): Promise<StudyRow[]> {
  const published = await readPublishedCells(join(folder, PUBLISHED_FILE));
  const cells = [
    ...(await readMeans(measuresFile(folder))),
    ...published
      .filter(({ study }) => study === 'measures')
      .map(({ run, value, ...rest }) => ({ ...rest, model: `${run}, as published`, mean: value })),
  ].filter((cell) => cell.scale === scale);
  const sets = [...new Set(cells.map(({ set }) => set))];
  return sets.flatMap((set) => {
    const own = cells.filter((cell) => cell.set === set);
    return [...new Set(own.map(({ model }) => model))].map((model) => ({
      set,
      model,
      ...Object.fromEntries(
        paperMeasures.map((measure) => [
          measureOf(measure).title,
          own.find((cell) => cell.model === model && cell.measure === measure)?.mean,
        ]),
      ),
    }));
  });
}
