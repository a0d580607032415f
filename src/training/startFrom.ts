import { OptionError } from '../errors';
import { pretrained } from '../formats/pretrained';
import type { Model, Network } from '../network/network';
import { layerSlices } from '../network/parameters';

/** The part that one network has at every scale: all layers before the last one with weights. */
function trunk(network: Network): { text: string; end: number } {
  const slices = layerSlices(network);
  const last = slices.at(-1)!;
  const layers = network.layers.slice(0, last.layer);
  return {
    text: JSON.stringify([network.channels, network.reads, last.kind, last.kernel, layers]),
    end: last.kernelStart,
  };
}

/**
 * The model with the weights of another one, which `from` names ('x2') or whose .safetensors file it is. If the scale
 * differs, the model keeps its own last layer. Throws OptionError for weights of another network, and whatever
 * `pretrained` throws.
 */
export function startFrom(model: Model, from: string): Model {
  const source = pretrained(from);
  const { network } = model;
  const weights = model.weights.slice();
  const [own, other] = [trunk(network), trunk(source.network)];
  if (own.text !== other.text)
    throw new OptionError(
      `from is ${from}, whose network ${source.network.name} has other layers than ${network.name}; ` +
        'start from weights of the same network, at any scale',
    );
  const same = network.scale === source.network.scale;
  weights.set(same ? source.weights : source.weights.subarray(0, other.end));
  return { ...model, weights, normalization: source.normalization };
}
