import type { KernelSource } from '../kernels';

/** The sets of kernels, from the one that every Node has to the widest vectors. */
export const kernelSetNames = [
  'wasm-plain',
  'wasm-relaxed',
  'wasm-paired',
  'native-neon',
  'native-avx2',
  'native-avx512',
] as const;
export type KernelSetName = (typeof kernelSetNames)[number];

/**
 * One way to compute what the plans call. All sets share layouts, packed weights and threads; their results agree to
 * rounding, and each gives the same bits every time.
 */
export interface KernelSet {
  name: KernelSetName;
  /** For people. */
  description: string;
  source: KernelSource;
}
