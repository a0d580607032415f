import type { Network } from '../network';
import type { Family, NetworkOptions } from './family';
import { plain } from './plain';

export interface EcbsrOptions extends NetworkOptions {
  /** 3x3 blocks between the first and the last layer; 4 by default. */
  blocks?: number;
  /** Filters of each; 16 by default. */
  filters?: number;
}

/**
 * ECBSR (Zhang, Zeng and Zhang 2021, ACM Multimedia) as it is used: its authors train each 3x3 kernel as five branches
 * and then add them up, which leaves the layers of `plain`: M4C16 is plain-16x5. The recipe of this family has the
 * option `branches`, so it is trained in that way here, too.
 */
export function ecbsr({ blocks = 4, filters = 16, ...options }: EcbsrOptions = {}): Network {
  return { ...plain({ filters, depth: blocks + 1, ...options }), name: `ecbsr-m${blocks}c${filters}` };
}

/** ecbsr-mBLOCKScFILTERS, for any two whole numbers. */
export const ecbsrFamily: Family = {
  name: 'ecbsr',
  names: ['ecbsr-m4c16', 'ecbsr-m10c32'],
  recipe: 'ecbsr',
  named: (name, options) => {
    const [, blocks, filters] = /^ecbsr-m([1-9]\d*)c([1-9]\d*)$/.exec(name) ?? [];
    return blocks ? ecbsr({ blocks: Number(blocks), filters: Number(filters), ...options }) : undefined;
  },
};
