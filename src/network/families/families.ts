import { UnknownNameError } from '../../errors';
import type { Network } from '../network';
import type { Family } from './family';
import { srcnnFamily } from './srcnn';

/** The families that the lab knows. */
export const families: readonly Family[] = [srcnnFamily];

/** The names of the networks that the lab knows. */
export const networkNames: readonly string[] = families.flatMap(({ names }) => names);

/** A network by name: '9-1-7'. Throws UnknownNameError. */
export function networkNamed(name: string): Network {
  for (const family of families) {
    const network = family.named(name);
    if (network) return network;
  }
  throw new UnknownNameError('network', name, [...networkNames]);
}
