import type { Engine } from '../engine/engine';
import { OptionError } from '../errors';
import type { Plane } from '../image/image';
import type { Layer, Model, Network } from '../network/network';
import { layerSlices, planesOut } from '../network/parameters';
import { predict } from './predict';

/** The planes that a layer gives, after its activation. */
export interface LayerOutput {
  /** Its index in the network's `layers`. */
  layer: number;
  planes: Plane[];
}

/**
 * What each convolution of a network on luminance gives for a plane of 0..255, which is the enlarged or the small
 * picture, as the network reads it. Transposed convolutions are left out: their output is the large picture. Throws
 * OptionError for a network on colours.
 */
export async function layerOutputs(model: Model, input: Plane, engine: Engine): Promise<LayerOutput[]> {
  const { network, normalization } = model;
  if (network.channels !== 1)
    throw new OptionError(`the network ${network.name} reads colours; give one on luminance to see its layers`);
  const { mean, deviation } = normalization;
  const normal = { ...input, data: input.data.map((value) => (value / 255 - mean) / deviation) };
  const outputs: LayerOutput[] = [];
  for (const [layer, { kind }] of network.layers.entries()) {
    if (kind === 'transposed') break;
    if (kind !== 'convolution' && kind !== 'parallel') continue;
    const planes: Plane[] = [];
    for (let plane = 0; plane < planesAfter(network, layer); plane++)
      planes.push((await predict(upTo(model, layer, plane), engine, [normal]))[0]);
    outputs.push({ layer, planes });
  }
  return outputs;
}

function planesAfter({ layers, channels }: Network, last: number): number {
  return layers.slice(0, last + 1).reduce<number>((planes, layer) => planesOut(layer, planes), channels);
}

/** The network up to a layer, of whose planes a 1x1 convolution lets one through: so every engine can compute it. */
function upTo(model: Model, last: number, plane: number): Model {
  const { network, weights } = model;
  const choose: Layer = { kind: 'convolution', filters: 1, kernel: 1, activation: 'linear' };
  const layers = [...network.layers.slice(0, last + 1), choose];
  const { end } = layerSlices(network).findLast(({ layer }) => layer === last)!;
  const one = new Float32Array(planesAfter(network, last) + 1);
  one[plane] = 1;
  return {
    ...model,
    network: { ...network, layers, reads: 'enlarged', scale: 1 },
    weights: Float32Array.of(...weights.subarray(0, end), ...one),
  };
}
