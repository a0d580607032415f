// What passes through a lowered network: value 0 is the input, value i + 1 the output of layer i. The shuffle at the
// end is no layer here: targets are read and outputs written through it.
import type { Add, Network } from '../../../network/network';
import { type LayerSlice, layerSlices } from '../../../network/parameters';

export type Step = { kind: 'convolution'; slice: LayerSlice; index: number } | { kind: 'add'; other: number };

/** A lowered network as the engine walks it. */
export interface Graph {
  steps: Step[];
  /** Planes of each value. */
  channels: number[];
  /** Side of the shuffle at the end; 1 for none. */
  factor: number;
  slices: LayerSlice[];
}

export function graphOf(network: Pick<Network, 'channels' | 'layers'>): Graph {
  const last = network.layers.at(-1)!;
  const layers = last.kind === 'shuffle' ? network.layers.slice(0, -1) : network.layers;
  const slices = layerSlices(network);
  const channels: number[] = [network.channels];
  let index = 0;
  const steps = layers.map((layer, at): Step => {
    if (layer.kind === 'add') {
      channels.push(channels[at]);
      const { layer: other } = layer as Add;
      return { kind: 'add', other: other === 'input' ? 0 : other + 1 };
    }
    const slice = slices[index];
    channels.push(slice.filters);
    return { kind: 'convolution', slice, index: index++ };
  });
  return { steps, channels, factor: last.kind === 'shuffle' ? last.factor : 1, slices };
}

/** How many steps read each value. */
export function readers({ steps, channels }: Graph): number[] {
  const counts = channels.map(() => 0);
  steps.forEach((step, i) => {
    counts[i]++;
    if (step.kind === 'add') counts[step.other]++;
  });
  return counts;
}

/**
 * From the last value back, how far around a region of the output each value is needed, in samples; negative where less
 * of it suffices, as when a border of the output does not count.
 */
export function needed({ steps, channels }: Graph, output: number): number[] {
  const need = channels.map(() => -Infinity);
  need[steps.length] = output;
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    const reach = step.kind === 'convolution' ? (step.slice.kernel - 1) / 2 : 0;
    need[i] = Math.max(need[i], need[i + 1] + reach);
    if (step.kind === 'add') need[step.other] = Math.max(need[step.other], need[i + 1]);
  }
  return need;
}
