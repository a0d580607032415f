// WebAssembly with vectors of 256 bits: V8's revectorizer makes one of two vectors where kernels are written for it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { KernelSet } from './kernelSet';
import { COMPILED } from './webAssembly';

const FILE = join(COMPILED, 'kernels-paired.wasm');

/** Whether this Node was built with V8's revectorizer, for which an x86 processor must have AVX2. */
export function revectorizes({ arch, config }: Pick<NodeJS.Process, 'arch' | 'config'> = process): boolean {
  return arch === 'x64' && Number((config.variables as Record<string, unknown>).v8_enable_wasm_simd256_revec) === 1;
}

let set: KernelSet | null | undefined;

/**
 * The kernels for V8's revectorizer, null where this Node has no relaxed SIMD. Elsewhere they compute the same, at half
 * the speed.
 */
export function pairedSet(): KernelSet | null {
  if (set === undefined) set = compile();
  return set;
}

/** Names the code, so that another version is tried anew. */
export const pairedCode = () => createHash('sha256').update(readFileSync(FILE)).digest('hex').slice(0, 16);

function compile(): KernelSet | null {
  const bytes = readFileSync(FILE);
  if (!WebAssembly.validate(bytes)) return null;
  const flags = revectorizes() ? ['experimental-wasm-revectorize', 'no-liftoff', 'no-wasm-lazy-compilation'] : [];
  // All is compiled at once and optimised, so that the flags hold for these kernels and nothing else.
  for (const flag of flags) setFlagsFromString(`--${flag}`);
  try {
    const module = new WebAssembly.Module(bytes);
    return { name: 'wasm-paired', description: 'WebAssembly relaxed SIMD in pairs', source: { kind: 'wasm', module } };
  } finally {
    for (const flag of flags) setFlagsFromString(flag.startsWith('no-') ? `--${flag.slice(3)}` : `--no-${flag}`);
  }
}
