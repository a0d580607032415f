import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join } from 'node:path';
import { writeAtomically } from '../../../disk/writeAtomically';
import { EngineError } from '../../../errors';
import type { KernelSet, KernelSetName } from './kernelSet';
import { nativeFile, nativeFolder, nativeSets, nativeWanted } from './native';
import { agree, race } from './trial';
import { webAssemblySets } from './webAssembly';

/** A set counts as faster from here on, so that noise does not choose. */
const MARGIN = 0.9;

/** Which native kernels are used, and whether they are faster than WebAssembly's. */
interface Verdict {
  /** The processor, Node and the binary that were tried. */
  tried: string;
  kernels: KernelSetName;
  wins: boolean;
}

let verdict: Promise<Verdict> | undefined;

/** The WebAssembly kernels that are used here. */
export async function webAssemblyKernels(): Promise<KernelSet> {
  return webAssemblySets()[0];
}

/** The native kernels that are used here. Throws EngineError where none computes what WebAssembly's do. */
export async function nativeKernels(): Promise<KernelSet> {
  const { kernels } = await (verdict ??= judge());
  return nativeSets().find(({ name }) => name === kernels)!;
}

/**
 * The fastest kernels here: native ones where they are compiled, compute rightly and win, else WebAssembly's. Where
 * compiled ones are there but not used, a line says why.
 */
export async function fastestKernels(): Promise<KernelSet> {
  if (!nativeWanted()) return webAssemblyKernels();
  try {
    const native = await nativeKernels();
    if ((await verdict!).wins) return native;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.warn(`${error.message}; WebAssembly computes`);
  }
  return webAssemblyKernels();
}

/** Tried at the first use on a processor, and written down: a trial takes longer than enlarging a small picture. */
async function judge(): Promise<Verdict> {
  const tried = `${cpus()[0]?.model}, Node ${process.versions.node}, ${basename(nativeFile())}`;
  const file = join(nativeFolder(), 'tried.json');
  const known = readVerdict(file);
  if (known?.tried === tried && nativeSets().some(({ name }) => name === known.kernels)) return known;
  const found = { tried, ...(await tryNative()) };
  if (!found.wins) console.warn('engine native: its kernels are no faster here; WebAssembly computes');
  // Where nothing can be written, the next process tries again.
  await writeAtomically(file, JSON.stringify(found) + '\n').catch(() => undefined);
  return found;
}

function readVerdict(file: string): Verdict | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Verdict;
  } catch {
    return null;
  }
}

async function tryNative(): Promise<Omit<Verdict, 'tried'>> {
  const wasm = await webAssemblyKernels();
  const right: KernelSet[] = [];
  for (const set of nativeSets()) if (await agree(set, wasm)) right.push(set);
  if (!right.length)
    throw new EngineError(
      "engine native: its kernels do not compute what WebAssembly's do; take them away with npm run setup:native -- " +
        '--remove',
    );
  const [limit, ...times] = await race([wasm, ...right]);
  // The widest, unless a narrower one is clearly faster.
  const best = times.indexOf(Math.min(...times));
  const chosen = times[best] < MARGIN * times[0] ? best : 0;
  return { kernels: right[chosen].name, wins: times[chosen] < MARGIN * limit };
}
