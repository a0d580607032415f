import { writeAtomically } from '../../disk/writeAtomically';
import type { SetScores } from '../../evaluation/setScores';
import { csvLine, readCsv } from '../csv';

/** The mean of a measure over a set. */
export interface MeanScore {
  model: string;
  protocol: string;
  scale: number;
  set: string;
  /** The measure's name. */
  measure: string;
  mean: number;
  /** How many pictures it is the mean of. */
  pictures: number;
}

const HEAD = 'model,protocol,scale,set,measure,mean,pictures';

export const meanOf = ({ model, protocol, scale, set, measure, mean, finite }: SetScores): MeanScore => ({
  model,
  protocol,
  scale,
  set,
  measure: measure.name,
  mean,
  pictures: finite,
});

/** Writes means as CSV, to six decimals. Throws WriteError. */
export async function writeMeans(file: string, means: readonly MeanScore[]): Promise<void> {
  const lines = means.map(({ model, protocol, scale, set, measure, mean, pictures }) =>
    csvLine([model, protocol, String(scale), set, measure, mean.toFixed(6), String(pictures)]),
  );
  await writeAtomically(file, [HEAD, ...lines, ''].join('\n'));
}

/** The means of such a file, none where it does not exist. Throws CheckpointError for a file of another form. */
export async function readMeans(file: string): Promise<MeanScore[]> {
  const lines = await readCsv(file, HEAD, ['scale', 'mean', 'pictures'], 'delete it and make it again');
  return lines.map(({ model, protocol, scale, set, measure, mean, pictures }) => ({
    model,
    protocol,
    scale: Number(scale),
    set,
    measure,
    mean: Number(mean),
    pictures: Number(pictures),
  }));
}
