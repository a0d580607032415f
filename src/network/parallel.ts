// Branches side by side are one wider convolution whose smaller kernels are framed by zeros; their mean is taken by the
// convolution behind, whose kernels serve each branch at one part of their size.
import { OptionError } from '../errors';

import type { Layer, Network, Parallel } from './network';
import { countWeights, type LayerSlice, layerSlices } from './parameters';
import type { WeightMap } from './weightMap';

/** Lowers the first parallel layer, if there is one. Throws OptionError unless only a convolution reads it. */
export function lowerParallel(network: Network): WeightMap | null {
  const at = network.layers.findIndex(({ kind }) => kind === 'parallel');
  if (at < 0) return null;
  const { filters, kernels, activation } = network.layers[at] as Parallel;
  const isRead = network.layers.some((layer) => layer.kind === 'add' && layer.layer === at);
  if (network.layers[at + 1]?.kind !== 'convolution' || isRead)
    throw new OptionError(
      `network ${network.name}: layer ${at + 1} has parallel branches, so a convolution must follow it, ` +
        'and nothing else may read it',
    );
  const kernel = Math.max(...kernels);
  const layers = network.layers.map((layer, index): Layer =>
    index === at ? { kind: 'convolution', filters: filters * kernels.length, kernel, activation } : layer,
  );
  const lowered = { ...network, layers };
  const from = new Int32Array(countWeights(lowered)).fill(-1);
  const factor = new Float32Array(from.length).fill(1);
  const places = layerSlices(lowered);
  const wide = places.find(({ layer }) => layer === at)!;
  const old = layerSlices(network);
  for (let i = 0; i < wide.kernelStart; i++) from[i] = i;
  old.filter(({ layer }) => layer === at).forEach((branch, index) => frame(branch, wide, index, from));
  const behind = (slices: readonly LayerSlice[]) => slices.find(({ layer }) => layer === at + 1)!;
  share(behind(old), behind(places), kernels.length, { from, factor });
  const [rest, moved] = [behind(old).biasStart, behind(places).biasStart];
  for (let i = 0; moved + i < from.length; i++) from[moved + i] = rest + i;
  return { network: lowered, from, factor };
}

/** A branch's kernels in the middle of the wide layer's. */
function frame(branch: LayerSlice, wide: LayerSlice, index: number, from: Int32Array): void {
  const { filters, inputs, kernel } = branch;
  const margin = (wide.kernel - kernel) / 2;
  for (let f = 0; f < filters; f++) {
    const out = index * filters + f;
    from[wide.biasStart + out] = branch.biasStart + f;
    if (wide.end > wide.slopeStart) from[wide.slopeStart + out] = branch.slopeStart + f;
    for (let i = 0; i < inputs; i++)
      for (let row = 0; row < kernel; row++)
        for (let column = 0; column < kernel; column++)
          from[wide.kernelStart + ((out * inputs + i) * wide.kernel + row + margin) * wide.kernel + column + margin] =
            branch.kernelStart + ((f * inputs + i) * kernel + row) * kernel + column;
  }
}

/** The kernels behind, once for each branch, divided by the number of branches. */
function share(
  old: LayerSlice,
  wide: LayerSlice,
  branches: number,
  { from, factor }: { from: Int32Array; factor: Float32Array },
): void {
  const area = old.kernel ** 2;
  for (let f = 0; f < old.filters; f++)
    for (let i = 0; i < wide.inputs; i++)
      for (let tap = 0; tap < area; tap++) {
        const at = wide.kernelStart + (f * wide.inputs + i) * area + tap;
        from[at] = old.kernelStart + (f * old.inputs + (i % old.inputs)) * area + tap;
        factor[at] = 1 / branches;
      }
}
