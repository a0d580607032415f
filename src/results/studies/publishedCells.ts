import { readCsv } from '../csv';

/** A number of Dong et al.'s studies as it was published. */
export interface PublishedCell {
  /** The study's name, or 'measures'. */
  study: string;
  /** The run of the study that repeats it, 'bicubic', or another method. */
  run: string;
  scale: number;
  set: string;
  measure: string;
  value: number;
  /** Whether a second source was found that says the same; the others should be compared with the paper before use. */
  checked: boolean;
  source: string;
}

const HEAD = 'study,run,scale,set,measure,value,checked,source';

/** The published numbers of a file, none where it does not exist. Throws CheckpointError for a file of another form. */
export async function readPublishedCells(file: string): Promise<PublishedCell[]> {
  const lines = await readCsv(file, HEAD, ['scale', 'value'], 'mend it or delete it');
  return lines.map(({ study, run, scale, set, measure, value, checked, source }) => ({
    study,
    run,
    scale: Number(scale),
    set,
    measure,
    value: Number(value),
    checked: checked === 'yes',
    source,
  }));
}

/** Beside the runs' folders, where the runs are those that the numbers can stand beside. */
export const PUBLISHED_FILE = 'published.csv';
