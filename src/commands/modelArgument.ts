import { pretrained, pretrainedNames } from '../formats/pretrained';
import { loadWeights } from '../formats/weights';
import type { Model } from '../network/network';

/** The model of a --model option: the weights that come with the package under that name, else a .safetensors file. */
export async function modelNamed(name: string): Promise<Model> {
  return pretrainedNames.includes(name) ? pretrained(name) : loadWeights(name);
}
