import type { KernelSet } from 'srcnn-lab/dist/engine/wasm/sets/kernelSet';
import { nativeSets } from 'srcnn-lab/dist/engine/wasm/sets/native';
import { webAssemblySets } from 'srcnn-lab/dist/engine/wasm/sets/webAssembly';

/** The sets of kernels beside the fastest WebAssembly set, which `ours` uses; a note where native ones are missing. */
export function otherKernels(onNote: (line: string) => void): KernelSet[] {
  const [, ...others] = webAssemblySets();
  try {
    return [...nativeSets(), ...others];
  } catch (error) {
    onNote((error as Error).message);
    return others;
  }
}
