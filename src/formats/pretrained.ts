import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UnknownNameError, WeightsError } from '../errors';
import { cannotRead } from './safetensors';
import { parseWeights } from './weights';
import type { Model } from '../network/network';

/** The sizes of the weights that come with the package, the best first, and the folders of results/ they come from. */
const sizes: Readonly<Record<string, (scale: number) => string>> = {
  best: (scale) => `best-x${scale}`,
  fast: (scale) => `fast-x${scale}`,
  srcnn: (scale) => `paper-x${scale}`,
};
const scales = [2, 3, 4];

/** The sizes in which weights come with the package. */
export const pretrainedSizes = Object.keys(sizes);

/** The names of the weights that come with the package: 'best-x3', 'fast-x2', ...; 'x3' is the best one for x3. */
export const pretrainedNames = [
  ...scales.map((scale) => `x${scale}`),
  ...pretrainedSizes.flatMap((size) => scales.map((scale) => `${size}-x${scale}`)),
];

export interface PretrainedOptions {
  /** Weights of another network than this one are refused. */
  expected?: Model;
  /** The folder of the runs; the package's own results by default. */
  results?: string;
}

/**
 * The network with trained weights by name ('best-x3', 'fast-x3', 'srcnn-x3'; 'x3' is the best one for that scale), or
 * from a .safetensors file; synchronous, as the files are small. Throws WeightsError for a file that is missing,
 * damaged or belongs to another network, UnknownNameError for another name.
 */
export function pretrained(
  name: string,
  { expected, results = join(__dirname, '..', '..', 'results') }: PretrainedOptions = {},
): Model {
  const file = name.endsWith('.safetensors') ? name : fileOf(name, results);
  if (!existsSync(file)) {
    const why =
      file === name
        ? 'check its path'
        : `the weights ${name} did not come with this copy of the package; train them (npx srcnn train ` +
          `--protocol paper --scale ${name.slice(-1)})`;
    throw new WeightsError(`${file}: is not there: ${why}, or give another .safetensors file`);
  }
  return parseWeights(file, bytesOf(file), expected);
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw cannotRead(file, error);
  }
}

/** A name without a size means the best weights for the scale that are there. */
function fileOf(name: string, results: string): string {
  const names = [...pretrainedNames, 'a .safetensors file'];
  if (!pretrainedNames.includes(name)) throw new UnknownNameError('weights', name, names);
  const [, size, scale] = /^(?:(\w+)-)?x(\d)$/.exec(name)!;
  const files = (size ? [size] : pretrainedSizes).map((each) =>
    join(results, sizes[each](Number(scale)), 'weights.safetensors'),
  );
  return files.find((file) => existsSync(file)) ?? files.at(-1)!;
}
