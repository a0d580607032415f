import { transposedReach } from './transposed';
import type { Network } from './network';
import { layerSlices } from './parameters';

/**
 * How many pixels around it an output pixel depends on, in pixels of the picture that the network reads: 7 for 9-1-7.
 * A transposed convolution counts as the convolution that it is lowered to.
 */
export function reachOf({ layers }: Pick<Network, 'layers'>): number {
  let reach = 0;
  let scale = 1;
  for (const layer of layers) {
    if (layer.kind === 'convolution') reach += (layer.kernel - 1) / 2 / scale;
    else if (layer.kind === 'parallel') reach += (Math.max(...layer.kernels) - 1) / 2 / scale;
    else if (layer.kind === 'transposed') {
      reach += transposedReach(layer.kernel, layer.stride) / scale;
      scale *= layer.stride;
    }
  }
  return Math.ceil(reach);
}

/**
 * Multiply-adds for each pixel of the output, counted as the layers are described: 8,800 for 9-1-7. A
 * layer on the small picture costs 1/scale² of the same layer on the enlarged one.
 */
export function multiplyAdds(network: Pick<Network, 'channels' | 'layers' | 'scale'>): number {
  const sum = layerSlices(network).reduce((total, { kernelStart, biasStart }) => total + biasStart - kernelStart, 0);
  return sum / network.scale ** 2;
}
