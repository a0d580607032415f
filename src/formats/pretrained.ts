import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnknownNameError, WeightsError } from '../errors';
import { parseWeights } from './weights';
import type { Model } from '../network/network';

/** The weights that come with the package: the folders of results/ whose runs made them. */
const folders: Readonly<Record<string, string>> = { x2: 'paper-x2', x3: 'paper-x3', x4: 'paper-x4' };

/** The names of the weights that come with the package, one for each enlargement. */
export const pretrainedNames = Object.keys(folders);

export interface PretrainedOptions {
  /** Refuses the weights of another network than this. */
  expected?: Model;
  /** The folder of the runs; the package's own results by default. */
  results?: string;
}

/**
 * The network with trained weights by name ('x2', 'x3', 'x4'), or from a .safetensors file; synchronous, as the files
 * are small. Throws WeightsError for a file that is missing, damaged or belongs to another network, UnknownNameError
 * for another name.
 */
export function pretrained(
  name: string,
  { expected, results = join(__dirname, '..', '..', 'results') }: PretrainedOptions = {},
): Model {
  const named = Object.hasOwn(folders, name);
  if (!named && !name.endsWith('.safetensors'))
    throw new UnknownNameError('weights', name, [...pretrainedNames, 'a .safetensors file']);
  const file = named ? join(results, folders[name], 'weights.safetensors') : name;
  if (!existsSync(file)) {
    const why = named
      ? `the weights ${name} did not come with this copy of the package; train them (npx srcnn train ` +
        `--protocol paper --scale ${name.slice(1)})`
      : 'check its path';
    throw new WeightsError(`${file}: is not there: ${why}, or give another .safetensors file`);
  }
  return parseWeights(file, readFileSync(file), expected);
}
