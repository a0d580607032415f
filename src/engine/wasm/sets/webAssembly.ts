import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { EngineError } from '../../../errors';
import type { KernelSet } from './kernelSet';

/** Where the build puts compiled code: also for a test that runs the TypeScript source. */
export const COMPILED = join(__dirname, '../../../../dist/engine/wasm');

let sets: KernelSet[] | undefined;

/** The WebAssembly kernels that this Node can run, the fastest first. Throws EngineError where it can run none. */
export function webAssemblySets(): KernelSet[] {
  // Node 20 knows relaxed SIMD but hides it behind this flag; newer versions have it on, and complain of the flag.
  if (process.versions.node.startsWith('20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');
  sets ??= [
    ...load('wasm-relaxed', 'kernels-relaxed.wasm', 'WebAssembly relaxed SIMD'),
    ...load('wasm-plain', 'kernels-plain.wasm', 'WebAssembly SIMD'),
  ];
  if (!sets.length) throw new EngineError('engine wasm: this Node has no WebAssembly SIMD; use Node 20 or newer');
  return sets;
}

function load(name: KernelSet['name'], file: string, description: string): KernelSet[] {
  const bytes = readFileSync(join(COMPILED, file));
  if (!WebAssembly.validate(bytes)) return [];
  return [{ name, description, source: { kind: 'wasm', module: new WebAssembly.Module(bytes) } }];
}
