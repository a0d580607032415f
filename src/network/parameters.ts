import type { Activation, Convolution, Layer, Network, Transposed } from './network';

/** The places of the parameters of a convolution or a transposed convolution in a model's flat `weights`. */
export interface LayerSlice {
  kind: 'convolution' | 'transposed';
  /** Its index in the network's `layers`. */
  layer: number;
  /** Planes that come in. */
  inputs: number;
  filters: number;
  kernel: number;
  /** 1 for a convolution. */
  stride: number;
  activation: Activation;
  /** The kernel, as in `Tensor.shape`, then the biases, then the slopes of a PReLU. */
  kernelStart: number;
  biasStart: number;
  /** Equal to `end` where the layer has no slopes. */
  slopeStart: number;
  end: number;
}

/** One named tensor of a network. Names and orders are PyTorch's. */
export interface Tensor {
  /** conv1.weight, conv1.bias, prelu1.weight, deconv1.weight, ...: counted from 1, transposed ones apart. */
  name: string;
  role: 'kernel' | 'bias' | 'slope';
  /**
   * [filters, inputs, rows, columns] for a convolution's kernel, [inputs, filters, rows, columns] for a transposed
   * one's.
   */
  shape: number[];
  start: number;
  end: number;
}

/** How many planes come out of a layer that gets `inputs` planes. */
export function planesOut(layer: Layer, inputs: number): number {
  if (layer.kind === 'add') return inputs;
  return layer.kind === 'shuffle' ? inputs / layer.factor ** 2 : layer.filters;
}

/** The convolutions of a layer that have weights: one, one for each branch, or none at all. */
function convolutionsOf(layer: Layer): (Convolution | Transposed)[] {
  if (layer.kind === 'add' || layer.kind === 'shuffle') return [];
  if (layer.kind !== 'parallel') return [layer];
  const { filters, kernels, activation } = layer;
  return kernels.map((kernel) => ({ kind: 'convolution', filters, kernel, activation }));
}

/** The slices of `weights` that belong to the layers that have any, in the order of the layers. */
export function layerSlices({ channels, layers }: Pick<Network, 'channels' | 'layers'>): LayerSlice[] {
  let inputs: number = channels;
  let start = 0;
  return layers.flatMap((layer, index) => {
    const from = inputs;
    inputs = planesOut(layer, inputs);
    return convolutionsOf(layer).map((convolution): LayerSlice => {
      const { filters, kernel, activation } = convolution;
      const biasStart = start + filters * from * kernel ** 2;
      const slopeStart = biasStart + filters;
      const end = slopeStart + (activation === 'prelu' ? filters : 0);
      const places = { kernelStart: start, biasStart, slopeStart, end };
      start = end;
      return { stride: 1, ...convolution, layer: index, inputs: from, ...places };
    });
  });
}

/** The named tensors of a network: the one list that files, importers and exporters go by. */
export function tensors(network: Pick<Network, 'channels' | 'layers'>): Tensor[] {
  const counts = { convolution: 0, transposed: 0 };
  return layerSlices(network).flatMap((slice): Tensor[] => {
    const { kind, filters, inputs, kernel, kernelStart, biasStart, slopeStart, end } = slice;
    const number = ++counts[kind];
    const name = `${kind === 'convolution' ? 'conv' : 'deconv'}${number}`;
    const planes = kind === 'convolution' ? [filters, inputs] : [inputs, filters];
    const slope: Tensor = {
      name: `${kind === 'convolution' ? '' : 'de'}prelu${number}.weight`,
      role: 'slope',
      shape: [filters],
      start: slopeStart,
      end,
    };
    return [
      {
        name: `${name}.weight`,
        role: 'kernel',
        shape: [...planes, kernel, kernel],
        start: kernelStart,
        end: biasStart,
      },
      { name: `${name}.bias`, role: 'bias', shape: [filters], start: biasStart, end: slopeStart },
      ...(end > slopeStart ? [slope] : []),
    ];
  });
}

/** How many parameters a network has: 8,897 for 9-1-7. */
export function countWeights(network: Pick<Network, 'channels' | 'layers'>): number {
  return layerSlices(network).at(-1)?.end ?? 0;
}
