import { createHash } from 'node:crypto';
import { join, normalize } from 'node:path';
import { datasetNames } from '../data/datasets';

/** How many characters of a data folder's name a run folder's name keeps at most. */
const LONGEST_NAME = 40;

/**
 * The folder in which a run of this recipe, data and scale is written by default. Different data never share a folder:
 * where the name had to be changed, some digits of its SHA-256 follow.
 */
export function defaultRunFolder(recipe: string, data: readonly string[], scale: number): string {
  return join('results', 'runs', `${recipe}-${data.map(dataPart).join('+')}-x${scale}`);
}

function dataPart(data: string): string {
  if (datasetNames.includes(data)) return data;
  const path = normalize(data).replace(/(?<=.)[\\/]+$/, '');
  const characters = [...path.replace(/[^\p{L}\p{M}\p{N}_-]+/gu, '-')];
  const name = characters.slice(0, LONGEST_NAME).join('');
  // ./sample is a folder, sample the data set.
  if (name === path && !datasetNames.includes(path)) return name;
  return `${name}-${createHash('sha256').update(path).digest('hex').slice(0, 8)}`;
}
