import { networkNamed, networkNames } from '../network/families/families';
import type { Network } from '../network/network';
import { layerSlices } from '../network/parameters';

/**
 * An option's value for a table: a network as "9-1-7 (32-16)", or by its name where the lab knows it; a list with
 * dashes.
 */
export function optionText(value: unknown): string | number | boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.join('-');
  return typeof value === 'object' && value !== null ? networkText(value as Network) : String(value);
}

/** A network's name, or its kernels and hidden filters: "9-1-7 (32-16)". */
function networkText(network: Network): string {
  const same = ({ layers }: Network) => JSON.stringify(layers) === JSON.stringify(network.layers);
  const known = networkNames.find((name) => same(networkNamed(name)));
  const slices = layerSlices(network);
  const hidden = slices.slice(0, -1).map(({ filters }) => filters);
  return known ?? slices.map(({ kernel }) => kernel).join('-') + (hidden.length ? ` (${hidden.join('-')})` : '');
}
