import { existsSync } from 'node:fs';
import { UnknownNameError } from '../errors';
import { pretrained, pretrainedNames, pretrainedSizes } from '../formats/pretrained';
import { loadWeights } from '../formats/weights';
import type { Model } from '../network/network';
import { DEFAULT_SCALE } from '../protocols/protocols';

/**
 * The model of a --model option: the weights that come with the package under that name, those of a size such as
 * `fast` for the scale, else a .safetensors file.
 */
export async function modelNamed(name: string, scale = DEFAULT_SCALE): Promise<Model> {
  if (pretrainedSizes.includes(name)) return pretrained(`${name}-x${scale}`);
  if (pretrainedNames.includes(name)) return pretrained(name);
  // A word without a dot or slash that is no file was meant as a name.
  if (/^[\w-]*$/.test(name) && !existsSync(name))
    throw new UnknownNameError('weights', name, [...pretrainedSizes, ...pretrainedNames, 'a .safetensors file']);
  return loadWeights(name);
}
