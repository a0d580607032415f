import { basename, join } from 'node:path';
import { EngineError } from '../../../errors';
import type { KernelSet } from './kernelSet';
import { nativeFile, nativeFolder, nativeSets, nativeWanted, ROOT } from './native';
import { pairedCode, pairedSet, revectorizes } from './paired';
import { agree, race } from './trial';
import { rememberedVerdict, type Verdict } from './verdict';
import { webAssemblySets } from './webAssembly';

/** A set counts as faster from here on, so that noise does not choose. */
const MARGIN = 0.9;

let nativeVerdict: Promise<Verdict> | undefined;
let pairedVerdict: Promise<Verdict> | undefined;

/**
 * The WebAssembly kernels that are used here: those in pairs where V8's revectorizer is there, makes them faster and
 * they compute rightly.
 */
export async function webAssemblyKernels(): Promise<KernelSet> {
  const [single] = webAssemblySets();
  if (!revectorizes()) return single;
  const file = join(ROOT, '.cache', 'paired.json');
  const { wins } = await (pairedVerdict ??= rememberedVerdict(file, pairedCode(), tryPaired));
  return (wins && pairedSet()) || single;
}

/** Whether the kernels in pairs compute what the others do, and are faster. */
export async function tryPaired(): Promise<Verdict> {
  const [single] = webAssemblySets();
  const paired = pairedSet();
  if (!paired || !(await agree(paired, single))) return { kernels: single.name, wins: false };
  const [limit, time] = await race([single, paired]);
  return { kernels: paired.name, wins: time < MARGIN * limit };
}

/** The native kernels that are used here. Throws EngineError where none computes what WebAssembly's do. */
export async function nativeKernels(): Promise<KernelSet> {
  const { kernels } = await (nativeVerdict ??= judgeNative());
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
    if ((await nativeVerdict!).wins) return native;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    console.warn(`${error.message}; WebAssembly computes`);
  }
  return webAssemblyKernels();
}

async function judgeNative(): Promise<Verdict> {
  const file = join(nativeFolder(), 'tried.json');
  const verdict = await rememberedVerdict(file, basename(nativeFile()), tryNative);
  // The processor may have lost a width since, as a virtual machine does that moves.
  return nativeSets().some(({ name }) => name === verdict.kernels) ? verdict : tryNative();
}

async function tryNative(): Promise<Verdict> {
  const wasm = await webAssemblyKernels();
  const right: KernelSet[] = [];
  for (const set of nativeSets()) if (await agree(set, wasm)) right.push(set);
  if (!right.length)
    throw new EngineError(
      "engine native: its kernels compute other numbers than WebAssembly's; remove them with npm run setup:native -- " +
        '--remove',
    );
  const [limit, ...times] = await race([wasm, ...right]);
  // The widest, unless a narrower one is clearly faster.
  const best = times.indexOf(Math.min(...times));
  const chosen = times[best] < MARGIN * times[0] ? best : 0;
  const wins = times[chosen] < MARGIN * limit;
  if (!wins) console.warn('engine native: its kernels are no faster here; WebAssembly computes');
  return { kernels: right[chosen].name, wins };
}
