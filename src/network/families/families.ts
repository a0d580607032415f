import { UnknownNameError } from '../../errors';
import type { Network } from '../network';
import { dsrcnnFamily } from './dsrcnn';
import { ecbsrFamily } from './ecbsr';
import { espcnFamily } from './espcn';
import { esrcnnFamily } from './esrcnn';
import type { Family, NetworkOptions } from './family';
import { fsrcnnFamily } from './fsrcnn';
import { plainFamily } from './plain';
import { srcnnFamily } from './srcnn';
import { waifu2xFamily } from './waifu2x';

/** The families that the lab knows. */
export const families: readonly Family[] = [
  srcnnFamily,
  plainFamily,
  ecbsrFamily,
  espcnFamily,
  fsrcnnFamily,
  esrcnnFamily,
  dsrcnnFamily,
  waifu2xFamily,
];

/** The names of the networks that the lab knows. */
export const networkNames: readonly string[] = families.flatMap(({ names }) => names);

/** A network by name: '9-1-7', 'plain-32x6'. Throws UnknownNameError. */
export function networkNamed(name: string, { scale = 3, channels = 1 }: NetworkOptions = {}): Network {
  for (const family of families) {
    const network = family.named(name, { scale, channels });
    if (network) return network;
  }
  throw new UnknownNameError('network', name, networkNames);
}
