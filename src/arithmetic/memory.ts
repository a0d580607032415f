import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OptionError } from '../errors';
import type { ArithmeticKernels } from './kernels';
import { addressLimit, growTo, sharedMemory } from './sharedMemory';

/** The compiler keeps its own data below this address. */
const FIRST_FREE_BYTE = 4096;
// The compiled kernels are in dist/, even when a test runs the TypeScript source.
const COMPILED = join(__dirname, '../../dist/arithmetic/kernels.wasm');

let loaded: { memory: WebAssembly.Memory; kernels: ArithmeticKernels } | undefined;

function load(): { memory: WebAssembly.Memory; kernels: ArithmeticKernels } {
  const memory = sharedMemory(4);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(COMPILED)), { env: { memory } });
  return { memory, kernels: exports as ArithmeticKernels };
}

/** Samples that a line takes up: the kernels of lines compute blocks of 4. */
export const roomFor = (width: number) => Math.ceil(width / 4) * 4 + 4;

/**
 * The kernels for work on the caller's own thread, with memory for them: blocks of the given sizes in bytes and their
 * addresses. The earlier contents of these blocks are lost.
 */
export function memoryFor<Name extends string>(
  sizes: Record<Name, number>,
): { kernels: ArithmeticKernels; buffer: ArrayBufferLike; addresses: Record<Name, number> } {
  const { memory, kernels } = (loaded ??= load());
  let end = FIRST_FREE_BYTE;
  const addresses = Object.fromEntries(
    Object.entries<number>(sizes).map(([name, size]) => {
      const start = end;
      end = Math.ceil((end + size) / 16) * 16;
      return [name, start];
    }),
  ) as Record<Name, number>;
  try {
    growTo(memory, end);
  } catch (error) {
    throw new OptionError(
      `${Math.ceil(end / 2 ** 20)} MB are needed at once to resize or compare pictures, ` +
        (addressLimit() < Infinity
          ? 'which the limit of the address space does not allow; raise it (ulimit -v), or cut the picture into parts'
          : 'which this machine or WebAssembly (4096 MB) does not give; cut the picture into parts'),
      { cause: error },
    );
  }
  return { kernels, buffer: memory.buffer, addresses };
}
