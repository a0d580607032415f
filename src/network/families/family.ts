import type { Network } from '../network';

/** A family of networks: one file, and one entry in families.ts. */
export interface Family {
  name: string;
  /** Names that `--help` and errors show; a family may know more. */
  names: readonly string[];
  /** The network of that name, or undefined where the name is not this family's. */
  named(name: string): Network | undefined;
}
