// The description of a model in the header of a weights file, beside the tensors.
import { WeightsError } from '../errors';
import { type Convolution, type Model, type Network, reportNormalization, type TrainedFor } from '../network/network';
import type { Safetensors } from './safetensors';

type Description = Omit<Model, 'weights'>;

/** The model without its weights, as texts for a header. */
export function describeModel({ network, normalization, padding, trainedFor }: Model): Record<string, string> {
  return {
    network: JSON.stringify(network),
    normalization: JSON.stringify(normalization),
    padding,
    ...(trainedFor ? { trainedFor: JSON.stringify(trainedFor) } : {}),
  };
}

/**
 * The model of a file without its weights, also of files that earlier versions or other programs wrote. Throws
 * WeightsError for what the lab does not know: it is not replaced by a default, with which the picture would be wrong.
 */
export function readDescription(file: string, { metadata, tensors }: Safetensors): Description {
  const padding = readPadding(file, metadata.padding);
  if (!metadata.network) return { ...readEarlier(file, metadata, tensors), padding };
  const parse = (name: string) => (metadata[name] ? parseText(file, name, metadata[name]) : undefined);
  const [network, normalization, trainedFor] = ['network', 'normalization', 'trainedFor'].map(parse);
  return {
    network: checkName(file, network as unknown as Network),
    normalization: normalization ? checkNormalization(file, normalization) : reportNormalization,
    padding,
    ...(trainedFor ? { trainedFor: checkTrainedFor(file, trainedFor) } : {}),
  };
}

function parseText(file: string, name: string, text: string): Record<string, unknown> {
  try {
    const content = JSON.parse(text);
    if (typeof content !== 'object' || content === null) throw new Error('not an object');
    return content;
  } catch (error) {
    throw new WeightsError(`${file}: its description "${name}" is damaged; copy or train it again`, { cause: error });
  }
}

/** Its layers are checked with the tensors. */
function checkName(file: string, network: Network): Network {
  if (typeof network.name === 'string') return network;
  throw new WeightsError(
    `${file}: the name of its network is ${JSON.stringify(network.name)}, not a text; copy or train it again`,
  );
}

function readPadding(file: string, padding = 'zeros'): Model['padding'] {
  if (padding === 'zeros' || padding === 'reflect') return padding;
  throw new WeightsError(
    `${file}: its padding is "${padding}", which the lab does not know; use weights with zeros or reflect`,
  );
}

function checkNormalization(file: string, { mean, deviation }: Record<string, unknown>): Model['normalization'] {
  const finite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
  if (finite(mean) && finite(deviation) && deviation > 0) return { mean, deviation };
  throw new WeightsError(
    `${file}: its normalization has the mean ${mean} and the deviation ${deviation}; ` +
      'two numbers are needed, the deviation above 0; copy or train it again',
  );
}

function checkTrainedFor(file: string, { protocol, scale, degradation }: Record<string, unknown>): TrainedFor {
  // The protocol may be one of somebody's own: it has to be known only when it is used.
  if (typeof protocol !== 'string' || !protocol || !isScale(scale))
    throw new WeightsError(
      `${file}: says that it was trained for protocol ${protocol} x${scale}; ` +
        "a protocol's name and a whole scale from 2 to 8 are needed; copy or train it again",
    );
  const sigma = (degradation as { sigma?: unknown } | null | undefined)?.sigma;
  if (typeof sigma !== 'number' || !(sigma >= 0 && Number.isFinite(sigma)))
    throw new WeightsError(
      `${file}: says that it was trained with a blur of sigma ${sigma}; a number from 0 is needed; ` +
        'copy or train it again',
    );
  return { protocol, scale, degradation: { sigma } };
}

const isScale = (scale: unknown): scale is number =>
  Number.isInteger(scale) && (scale as number) >= 2 && (scale as number) <= 8;

/**
 * Files of version 0.1 hold the layers of a chain; files of other programs hold only tensors: conv1.weight,
 * conv1.bias, ...
 */
function readEarlier(
  file: string,
  metadata: Record<string, string>,
  tensors: Safetensors['tensors'],
): Omit<Description, 'padding'> {
  const layers = readLayers(file, metadata, tensors);
  const trainedFor = readTrainedFor(file, metadata);
  const name = metadata.name ?? layers.map(({ kernel }) => kernel).join('-');
  const network: Network = { name, channels: 1, reads: 'enlarged', scale: 1, layers };
  return { network, normalization: reportNormalization, ...(trainedFor ? { trainedFor } : {}) };
}

/** From the file's protocol and scale or, in the oldest files, from its text: "216361 patches of 32, seed x3, ...". */
function readTrainedFor(file: string, { protocol, scale, data = '' }: Record<string, string>): TrainedFor | undefined {
  const [, name, times] = /, (seed|report|paper) x(\d)/.exec(data) ?? [];
  const found = { protocol: protocol ?? name, scale: scale ?? times };
  if (found.protocol === undefined && found.scale === undefined) return undefined;
  // Version 0.1 called the report's protocol 'seed'.
  const known = found.protocol === 'seed' ? 'report' : found.protocol;
  const sigma = known === 'report' ? 1 : 0;
  return checkTrainedFor(file, { protocol: known, scale: Number(found.scale), degradation: { sigma } });
}

/**
 * The layers as version 0.1 wrote them, or derived from the shapes of another program's tensors (ReLU after all but
 * the last).
 */
function readLayers(file: string, metadata: Record<string, string>, tensors: Safetensors['tensors']): Convolution[] {
  const written = metadata.layers ? parseLayers(file, metadata.layers) : undefined;
  if (written) return written.map((layer) => ({ kind: 'convolution', ...layer }));
  const count = Object.keys(tensors).filter((name) => /^conv\d+\.weight$/.test(name)).length;
  if (!count)
    throw new WeightsError(
      `${file}: has no tensors named conv1.weight, conv1.bias, ...; it belongs to a different network`,
    );
  return Array.from({ length: count }, (_, i): Convolution => {
    const name = `conv${i + 1}.weight`;
    if (tensors[name]?.shape.length !== 4)
      throw new WeightsError(
        `${file}: ${name} should have a shape of four numbers; the file belongs to a different network`,
      );
    const [filters, , kernel] = tensors[name].shape;
    return { kind: 'convolution', filters, kernel, activation: i + 1 < count ? 'relu' : 'linear' };
  });
}

function parseLayers(file: string, text: string): Omit<Convolution, 'kind'>[] {
  try {
    const layers = JSON.parse(text);
    if (!Array.isArray(layers) || layers.some((layer) => typeof layer !== 'object' || layer === null))
      throw new Error('not a list of layers');
    return layers;
  } catch (error) {
    throw new WeightsError(`${file}: the description of its layers is damaged; copy or train it again`, {
      cause: error,
    });
  }
}
