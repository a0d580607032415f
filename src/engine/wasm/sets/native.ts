// The kernels that npm run setup:native compiles: where they are, and which of them this processor can run.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../../../errors';
import type { KernelSet } from './kernelSet';

/** The folder of this package. */
export const ROOT = join(__dirname, '../../../..');
const SOURCES = join(ROOT, 'src', 'engine', 'wasm', 'native');

/** The folder of compiled kernels, which git ignores. */
export const nativeFolder = () => process.env.SRCNN_NATIVE_DIR || join(ROOT, '.cache', 'native');

export const nativeContents = () => (existsSync(nativeFolder()) ? readdirSync(nativeFolder()) : []);

/** The source files, sorted, with their folder. */
export const nativeSources = () =>
  readdirSync(SOURCES)
    .sort()
    .map((name) => join(SOURCES, name));

/** The file of the kernels compiled from this source for this platform. */
export function nativeFile(): string {
  const hash = createHash('sha256');
  for (const path of nativeSources()) hash.update(readFileSync(path));
  const { platform, arch } = process;
  return join(nativeFolder(), `kernels-${platform}-${arch}-${hash.digest('hex').slice(0, 16)}.node`);
}

/** The instructions of each width, widest first. */
const widths = [
  { name: 'native-avx512', lanes: 16, description: 'C kernels for AVX-512' },
  { name: 'native-avx2', lanes: 8, description: 'C kernels for AVX2' },
  { name: 'native-neon', lanes: 4, description: 'C kernels for NEON' },
] as const;

/**
 * The native kernels that this processor can run, widest first. Throws EngineError with the reason and what to do where
 * there are none.
 */
export function nativeSets(file = nativeFile()): KernelSet[] {
  if (!existsSync(file)) {
    const stale = nativeContents().some((name) => name.endsWith('.node'));
    throw new EngineError(
      stale
        ? 'engine native: its kernels were compiled from another version or for another platform; ' +
            'run npm run setup:native to compile them again'
        : 'engine native: its kernels are not compiled; run npm run setup:native to compile them',
    );
  }
  const sets = widths
    .filter(({ lanes }) => runs(file, lanes))
    .map(({ name, lanes, description }): KernelSet => ({ name, description, source: { kind: 'native', file, lanes } }));
  if (!sets.length) throw new EngineError('engine native: this processor has none of AVX-512, AVX2 and NEON; use wasm');
  return sets;
}

function runs(file: string, lanes: number): boolean {
  try {
    const { attach } = require(file) as { attach(bytes: Uint8Array, lanes: number): object | null };
    return attach(new Uint8Array(64), lanes) !== null;
  } catch (error) {
    throw new EngineError(
      `engine native: its kernels cannot be loaded (${(error as Error).message.split('\n')[0]}); ` +
        'run npm run setup:native to compile them again',
      { cause: error },
    );
  }
}

/** Whether somebody has asked for native kernels here, so that it is worth a line where they do not run. */
export const nativeWanted = () => nativeContents().some((name) => name.endsWith('.node'));
