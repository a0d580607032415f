// A transposed convolution of stride s is a convolution of s² times the filters and a shuffle (Shi et al. 2016, arXiv
// 1609.07009).
import { OptionError } from '../errors';

import type { Layer, Network } from './network';
import { countWeights, type LayerSlice, layerSlices } from './parameters';
import type { WeightMap } from './weightMap';

/**
 * The padding that PyTorch would need for a transposed convolution here: an output lies in the middle of the samples
 * that it is computed from, and output_padding = stride + 2 * padding - kernel makes the output `stride` times as
 * large.
 */
export const transposedPadding = (kernel: number, stride: number) => Math.max(0, Math.ceil((kernel - stride) / 2));

/** Input samples to each side that an output of a transposed convolution depends on. */
export function transposedReach(kernel: number, stride: number): number {
  const padding = transposedPadding(kernel, stride);
  return Math.max(Math.floor((stride - 1 + padding) / stride), Math.floor((kernel - 1 - padding) / stride));
}

/** Lowers the transposed convolution, if there is one. Throws OptionError where it is not the last layer. */
export function lowerTransposed(network: Network): WeightMap | null {
  const at = network.layers.findIndex(({ kind }) => kind === 'transposed');
  if (at < 0) return null;
  if (at !== network.layers.length - 1)
    throw new OptionError(
      `network ${network.name}: layer ${at + 1} of ${network.layers.length} is a transposed convolution, which must ` +
        'be the last layer; move it to the end',
    );
  const slices = layerSlices(network);
  const slice = slices.find(({ layer }) => layer === at)!;
  const { filters, kernel, stride, activation } = slice;
  const side = 2 * transposedReach(kernel, stride) + 1;
  const layers: Layer[] = [
    ...network.layers.slice(0, at),
    { kind: 'convolution', filters: filters * stride ** 2, kernel: side, activation },
    { kind: 'shuffle', factor: stride },
  ];
  const lowered = { ...network, layers };
  const from = new Int32Array(countWeights(lowered)).fill(-1);
  for (let i = 0; i < slice.kernelStart; i++) from[i] = i;
  fillTransposed(
    slice,
    layerSlices(lowered).find(({ layer }) => layer === at)!,
    from,
  );
  return { network: lowered, from, factor: null };
}

/** Output row y * stride + a gathers kernel row a + padding - d * stride from input row y + d; columns alike. */
function fillTransposed(slice: LayerSlice, lowered: LayerSlice, from: Int32Array): void {
  const { filters, inputs, kernel, stride } = slice;
  const padding = transposedPadding(kernel, stride);
  const reach = (lowered.kernel - 1) / 2;
  const taps = (a: number) =>
    Array.from({ length: lowered.kernel }, (_, tap) => a + padding - (tap - reach) * stride).map((row) =>
      row >= 0 && row < kernel ? row : -1,
    );
  for (let f = 0; f < filters; f++)
    for (let a = 0; a < stride; a++)
      for (let b = 0; b < stride; b++) {
        const out = (f * stride + a) * stride + b;
        from[lowered.biasStart + out] = slice.biasStart + f;
        if (lowered.end > lowered.slopeStart) from[lowered.slopeStart + out] = slice.slopeStart + f;
        for (let i = 0; i < inputs; i++)
          taps(a).forEach((row, r) =>
            taps(b).forEach((column, c) => {
              if (row < 0 || column < 0) return;
              from[lowered.kernelStart + ((out * inputs + i) * lowered.kernel + r) * lowered.kernel + c] =
                slice.kernelStart + ((i * filters + f) * kernel + row) * kernel + column;
            }),
          );
      }
}
