import { writeAtomically } from '../disk/writeAtomically';
import { WeightsError } from '../errors';
import { checkNetwork, type Model } from '../network/network';
import { countWeights, tensors } from '../network/parameters';
import { describeModel, readDescription } from './description';
import { composeSafetensors, parseSafetensors, readBytes, type TensorEntry, tensorOf } from './safetensors';

/**
 * Saves a model as safetensors: the tensors of parameters.ts (conv1.weight, conv1.bias, ...) in float32.
 * The network, its normalization, padding and `trainedFor` stand in the header, beside `metadata`. Throws WriteError,
 * and WeightsError for weights that are NaN or infinite.
 */
export async function saveWeights(file: string, model: Model, metadata: Record<string, string> = {}): Promise<void> {
  const wrong = model.weights.findIndex((weight) => !Number.isFinite(weight));
  if (wrong >= 0)
    throw new WeightsError(
      `${file}: not written, as weight ${wrong + 1} of ${model.network.name} is ${model.weights[wrong]}; ` +
        'train it again with a lower learning rate',
    );
  const entries = tensors(model.network).map(({ name, shape, start, end }): [string, TensorEntry] => [
    name,
    { dtype: 'F32', shape, data_offsets: [4 * start, 4 * end] },
  ]);
  const { buffer, byteOffset, byteLength } = model.weights;
  const bytes = composeSafetensors({
    metadata: { ...metadata, ...describeModel(model) },
    tensors: Object.fromEntries(entries),
    data: Buffer.from(buffer, byteOffset, byteLength),
  });
  await writeAtomically(file, bytes);
}

/**
 * Adds entries to the metadata of a weights file or replaces them; the tensors stay the same byte for byte. Throws
 * WeightsError, WriteError.
 */
export async function stampWeights(file: string, metadata: Record<string, string>): Promise<void> {
  const bytes = await readBytes(file);
  const parsed = parseSafetensors(file, bytes);
  const stamped = composeSafetensors({ ...parsed, metadata: { ...parsed.metadata, ...metadata } });
  if (!stamped.equals(bytes)) await writeAtomically(file, stamped);
}

/**
 * The metadata in a weights file's header: texts about its network, its training and its scores. Throws WeightsError.
 */
export async function readMetadata(file: string): Promise<Record<string, string>> {
  return parseSafetensors(file, await readBytes(file)).metadata;
}

/**
 * Loads a model from safetensors. Throws WeightsError for a file that is missing, cut short or malformed, and, if
 * `expected` is given, for another network.
 */
export async function loadWeights(file: string, expected?: Model): Promise<Model> {
  return parseWeights(file, await readBytes(file), expected);
}

/** loadWeights for a file's bytes; `file` names it in errors. */
export function parseWeights(file: string, bytes: Buffer, expected?: Model): Model {
  const parsed = parseSafetensors(file, bytes);
  const description = readDescription(file, parsed);
  const { network } = description;
  try {
    checkNetwork(network);
  } catch (error) {
    throw new WeightsError(`${file}: its network is not one that the lab computes: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (expected && JSON.stringify(network.layers) !== JSON.stringify(expected.network.layers)) {
    throw new WeightsError(
      `${file}: holds the network ${network.name}, not ${expected.network.name}; load it as its own model`,
    );
  }
  const wanted = tensors(network);
  const foreign = Object.keys(parsed.tensors).find((name) => !wanted.some((tensor) => tensor.name === name));
  if (foreign !== undefined)
    throw new WeightsError(
      `${file}: holds the tensor ${foreign}, which its network ${network.name} does not have; ` +
        `give a file with ${wanted.map(({ name }) => name).join(', ')} alone`,
    );
  // The values are read before there is room for all of them: a header may claim more than the file or the memory
  // holds.
  const values = wanted.map(({ name, shape, start }) => ({ start, values: tensorOf(file, parsed, name, shape) }));
  const weights = new Float32Array(countWeights(network));
  for (const { start, values: own } of values) weights.set(own, start);
  return { ...description, weights };
}
