// What the header of a weights file says about its model beside the tensors.
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

/** The model of a file without its weights, also of files that earlier versions or other programs wrote. Throws WeightsError. */
export function readDescription(file: string, { metadata, tensors }: Safetensors): Description {
  if (!metadata.network) return readEarlier(file, metadata, tensors);
  try {
    const { network, normalization, trainedFor, padding } = metadata;
    return {
      network: JSON.parse(network),
      normalization: normalization ? JSON.parse(normalization) : reportNormalization,
      padding: padding === 'reflect' ? 'reflect' : 'zeros',
      ...(trainedFor ? { trainedFor: JSON.parse(trainedFor) } : {}),
    };
  } catch (error) {
    throw new WeightsError(`${file}: the description of its network is damaged; copy or train it again`, {
      cause: error,
    });
  }
}

/** Files of version 0.1 hold the layers of a chain, and files of other programs only tensors: conv1.weight, conv1.bias, ... */
function readEarlier(file: string, metadata: Record<string, string>, tensors: Safetensors['tensors']): Description {
  const layers = readLayers(file, metadata, tensors);
  const trainedFor = readTrainedFor(metadata);
  const name = metadata.name ?? layers.map(({ kernel }) => kernel).join('-');
  const network: Network = { name, channels: 1, reads: 'enlarged', scale: 1, layers };
  const padding = metadata.padding === 'reflect' ? 'reflect' : 'zeros';
  return { network, normalization: reportNormalization, padding, ...(trainedFor ? { trainedFor } : {}) };
}

/** From the file's protocol and scale or, in the oldest files, from its text: "216361 patches of 32, seed x3, ...". */
function readTrainedFor({ protocol, scale, data = '' }: Record<string, string>): TrainedFor | undefined {
  const [, name, times] = /, (seed|report|paper) x(\d)/.exec(data) ?? [];
  const found = { protocol: protocol ?? name, scale: Number(scale ?? times) };
  const known = ['seed', 'report', 'paper'].includes(found.protocol) && Number.isInteger(found.scale);
  const report = found.protocol !== 'paper';
  return known
    ? { protocol: report ? 'report' : 'paper', scale: found.scale, degradation: { sigma: report ? 1 : 0 } }
    : undefined;
}

/** The layers as version 0.1 wrote them, or read off the shapes of another program's tensors (ReLU after all but the last). */
function readLayers(file: string, metadata: Record<string, string>, tensors: Safetensors['tensors']): Convolution[] {
  const written = metadata.layers ? parseLayers(file, metadata.layers) : undefined;
  if (written) return written.map((layer) => ({ kind: 'convolution', ...layer }));
  const count = Object.keys(tensors).filter((name) => /^conv\d+\.weight$/.test(name)).length;
  if (!count)
    throw new WeightsError(
      `${file}: has no tensors named conv1.weight, conv1.bias, ...; it belongs to a different network`,
    );
  return Array.from({ length: count }, (_, i): Convolution => {
    const [filters, , kernel] = tensors[`conv${i + 1}.weight`]?.shape ?? [];
    return { kind: 'convolution', filters, kernel, activation: i + 1 < count ? 'relu' : 'linear' };
  });
}

function parseLayers(file: string, text: string): Omit<Convolution, 'kind'>[] {
  try {
    const layers = JSON.parse(text);
    if (!Array.isArray(layers)) throw new Error('not a list');
    return layers;
  } catch (error) {
    throw new WeightsError(`${file}: the description of its layers is damaged; copy or train it again`, {
      cause: error,
    });
  }
}
