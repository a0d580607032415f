/** The exports of assembly/kernels.ts and the functions of native/addon.c, with addresses and strides in bytes. */
export type Kernels = Record<
  | 'convolve'
  | 'convolveSingle'
  | 'kernelGradient'
  | 'activate'
  | 'differentiateActivation'
  | 'pass'
  | 'writeShuffled'
  | 'lossOf'
  | 'frequencyLossOf'
  | 'copyRows'
  | 'clearOutside'
  | 'transformWinograd3'
  | 'convolveWinograd3'
  | 'kernelGradientWinograd3'
  | 'transformWinograd5'
  | 'convolveWinograd5'
  | 'kernelGradientWinograd5'
  | 'transformWinograd4x4'
  | 'convolveWinograd4x4'
  | 'kernelGradientWinograd4x4',
  (...values: number[]) => number
> & {
  /** Only of the paired kernels: where this thread has room for their sums, 256 bytes. */
  useRoom?(address: number): void;
};

/** The source of a thread's kernels: a WebAssembly module, or a native library and the floats of its vectors. */
export type KernelSource =
  { kind: 'wasm'; module: WebAssembly.Module } | { kind: 'native'; file: string; lanes: number };

/** The kernels over a memory. Throws what a library that does not fit this process throws. */
export function attachKernels(source: KernelSource, memory: WebAssembly.Memory): Kernels {
  if (source.kind === 'wasm')
    return new WebAssembly.Instance(source.module, { env: { memory } }).exports as unknown as Kernels;
  // The address stays when the memory grows, as shared memory is never moved.
  const { attach } = require(source.file) as { attach(bytes: Uint8Array, lanes: number): Kernels | null };
  const kernels = attach(new Uint8Array(memory.buffer), source.lanes);
  if (!kernels) throw new Error(`this processor has no vectors of ${source.lanes} floats`);
  return kernels;
}

/** How a kernel stores a sum, as in assembly/sums.ts. */
export const LINEAR = 0;
export const RELU = 1;
export const MASK = 2;
export const ADD = 3;
