import { readFile } from 'node:fs/promises';
import { WeightsError } from '../errors';
import { writeAtomically } from '../disk/writeAtomically';
import { checkLayers, type Layer, layerSlices, type Model } from '../network/srcnn';

interface Tensor {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const shapeOf = (layer: { filters: number; inputs: number; kernel: number }) => [
  layer.filters,
  layer.inputs,
  layer.kernel,
  layer.kernel,
];

/**
 * Saves a model as safetensors: conv1.weight [filters, inputs, rows, columns], conv1.bias, ... in float32.
 * The layers' description and `metadata` stand in the header. Throws WriteError.
 */
export async function saveWeights(file: string, model: Model, metadata: Record<string, string> = {}): Promise<void> {
  const header: Record<string, Tensor | Record<string, string>> = {
    __metadata__: {
      ...metadata,
      ...degradationText(model),
      name: model.name,
      layers: JSON.stringify(model.layers),
      padding: model.padding ?? 'zeros',
    },
  };
  for (const [i, layer] of layerSlices(model.layers).entries()) {
    header[`conv${i + 1}.weight`] = {
      dtype: 'F32',
      shape: shapeOf(layer),
      data_offsets: [4 * layer.kernelStart, 4 * layer.biasStart],
    };
    header[`conv${i + 1}.bias`] = {
      dtype: 'F32',
      shape: [layer.filters],
      data_offsets: [4 * layer.biasStart, 4 * layer.end],
    };
  }
  const { buffer, byteOffset, byteLength } = model.weights;
  await writeAtomically(file, compose(header, Buffer.from(buffer, byteOffset, byteLength)));
}

const degradationText = ({ degradation }: Model): Record<string, string> =>
  degradation ? { protocol: degradation.protocol, scale: String(degradation.scale) } : {};

function compose(header: object, data: Buffer): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, data]);
}

/** Adds to the metadata of a weights file, or replaces entries of it; the tensors stay byte for byte. Throws WeightsError, WriteError. */
export async function stampWeights(file: string, metadata: Record<string, string>): Promise<void> {
  const bytes = await read(file);
  const { header, data } = parse(file, bytes);
  const stamped = compose({ ...header, __metadata__: { ...(header.__metadata__ as object), ...metadata } }, data);
  if (!stamped.equals(bytes)) await writeAtomically(file, stamped);
}

/** The metadata in a weights file's header: what the lab wrote about its network, its training and its scores. Throws WeightsError. */
export async function readMetadata(file: string): Promise<Record<string, string>> {
  return (parse(file, await read(file)).header.__metadata__ ?? {}) as Record<string, string>;
}

async function read(file: string): Promise<Buffer> {
  return readFile(file).catch((error) => {
    throw new WeightsError(`${file}: cannot be read (${error.message}); give a .safetensors file`, { cause: error });
  });
}

/**
 * Loads a model from safetensors. Throws WeightsError for a file that is missing, cut short or malformed,
 * and for another network than `expected` where that is given.
 */
export async function loadWeights(file: string, expected?: Model): Promise<Model> {
  return parseWeights(file, await read(file), expected);
}

/** loadWeights for a file's bytes; `file` names it in errors. */
export function parseWeights(file: string, bytes: Buffer, expected?: Model): Model {
  const { header, data } = parse(file, bytes);
  const { __metadata__: metadata = {}, ...tensors } = header as Record<string, Tensor> & {
    __metadata__?: Record<string, string>;
  };
  const layers = readLayers(file, metadata as unknown as Record<string, string>, tensors);
  try {
    checkLayers(layers);
  } catch (error) {
    throw new WeightsError(`${file}: is another network's: ${(error as Error).message}`, { cause: error });
  }
  if (expected && JSON.stringify(layers) !== JSON.stringify(expected.layers)) {
    throw new WeightsError(
      `${file}: holds the network ${metadata.name ?? describe(layers)}, not ${expected.name}; load it as its own model`,
    );
  }
  const slices = layerSlices(layers);
  const weights = new Float32Array(slices[slices.length - 1].end);
  for (const [i, layer] of slices.entries()) {
    weights.set(readTensor(file, data, tensors, `conv${i + 1}.weight`, shapeOf(layer)), layer.kernelStart);
    weights.set(readTensor(file, data, tensors, `conv${i + 1}.bias`, [layer.filters]), layer.biasStart);
  }
  const model: Model = { name: String(metadata.name ?? describe(layers)), layers, weights };
  if (String(metadata.padding) === 'reflect') model.padding = 'reflect';
  const degradation = readDegradation(metadata as unknown as Record<string, string>);
  return degradation ? { ...model, degradation } : model;
}

/** As stamped, else as training described its patches: "216361 patches of 32, seed x3, ...". */
function readDegradation({ protocol, scale, data = '' }: Record<string, string>): Model['degradation'] {
  const [, name, times] = /, (seed|paper) x(\d)/.exec(data) ?? [];
  const found = { protocol: protocol ?? name, scale: Number(scale ?? times) };
  const known = (found.protocol === 'seed' || found.protocol === 'paper') && Number.isInteger(found.scale);
  return known ? (found as Model['degradation']) : undefined;
}

const describe = (layers: readonly Layer[]) => layers.map((layer) => layer.kernel).join('-');

function parse(file: string, bytes: Buffer): { header: Record<string, unknown>; data: Buffer } {
  const length = bytes.length >= 8 ? Number(bytes.readBigUInt64LE()) : Infinity;
  if (8 + length > bytes.length)
    throw new WeightsError(`${file}: cut short, or not a safetensors file; copy or train it again`);
  try {
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    if (typeof header !== 'object' || header === null || Array.isArray(header)) throw new Error('not an object');
    return { header, data: bytes.subarray(8 + length) };
  } catch (error) {
    throw new WeightsError(`${file}: its header is no JSON object, so it is not a safetensors file; give another one`, {
      cause: error,
    });
  }
}

/** The layers as the lab wrote them, or read off the shapes of another program's tensors (ReLU after all but the last). */
function readLayers(file: string, metadata: Record<string, string>, tensors: Record<string, Tensor>): Layer[] {
  try {
    const layers = metadata.layers ? JSON.parse(metadata.layers) : undefined;
    if (layers && !Array.isArray(layers)) throw new Error('no list');
    if (layers) return layers as Layer[];
  } catch (error) {
    throw new WeightsError(`${file}: the description of its layers is damaged; copy or train it again`, {
      cause: error,
    });
  }
  const count = Object.keys(tensors).filter((name) => /^conv\d+\.weight$/.test(name)).length;
  if (!count)
    throw new WeightsError(`${file}: has no tensors named conv1.weight, conv1.bias, ...; it is another network's`);
  return Array.from({ length: count }, (_, i): Layer => {
    const [filters, , kernel] = tensors[`conv${i + 1}.weight`]?.shape ?? [];
    return { filters, kernel, activation: i + 1 < count ? 'relu' : 'linear' };
  });
}

function readTensor(
  file: string,
  data: Buffer,
  tensors: Record<string, Tensor>,
  name: string,
  shape: number[],
): Float32Array {
  const tensor = tensors[name];
  const bytes = 4 * shape.reduce((a, b) => a * b, 1);
  if (!tensor || tensor.dtype !== 'F32' || JSON.stringify(tensor.shape) !== JSON.stringify(shape)) {
    throw new WeightsError(`${file}: ${name} should be float32 of shape [${shape}]; it is another network's`);
  }
  const [start, end] = Array.isArray(tensor.data_offsets) ? tensor.data_offsets : [NaN, NaN];
  if (end - start !== bytes || !(start >= 0) || end > data.length)
    throw new WeightsError(`${file}: cut short at ${name}; copy or train it again`);
  return new Float32Array(data.buffer.slice(data.byteOffset + start, data.byteOffset + end));
}
