import type { Network } from '../network';

/** The options that a name does not decide: 'plain-32x6' exists for each scale, for luminance and for RGB. */
export interface NetworkOptions {
  /** Whole number; 3 by default. Networks that read the enlarged picture serve any scale. */
  scale?: number;
  /** 1: luminance, the default. 3: RGB. */
  channels?: 1 | 3;
}

/** A family of networks: one file, and one entry in families.ts. */
export interface Family {
  name: string;
  /** Names that `--help` and errors show; a family may know more. */
  names: readonly string[];
  /** The default recipe of its networks; without it, what they read decides between 'small' and 'tuned'. */
  recipe?: 'tuned' | 'small' | 'ecbsr';
  /** The network of that name, or undefined where the name is not this family's. */
  named(name: string, options: Required<NetworkOptions>): Network | undefined;
}
