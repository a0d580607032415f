import { webAssemblyKernels } from 'srcnn-lab/dist/engine/wasm/sets/choose';
import type { KernelSet } from 'srcnn-lab/dist/engine/wasm/sets/kernelSet';
import { nativeSets } from 'srcnn-lab/dist/engine/wasm/sets/native';
import { webAssemblySets } from 'srcnn-lab/dist/engine/wasm/sets/webAssembly';

/** The sets of kernels beside the WebAssembly set that `ours` uses; a note where native ones are missing. */
export async function otherKernels(onNote: (line: string) => void): Promise<KernelSet[]> {
  const used = await webAssemblyKernels();
  const others = webAssemblySets().filter(({ name }) => name !== used.name);
  try {
    return [...nativeSets(), ...others];
  } catch (error) {
    onNote((error as Error).message);
    return others;
  }
}
