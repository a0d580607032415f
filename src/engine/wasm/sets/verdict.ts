import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { writeAtomically } from '../../../disk/writeAtomically';
import type { KernelSetName } from './kernelSet';

/** What a trial of kernels has shown. */
export interface Verdict {
  /** The kernels that were the fastest of those on trial. */
  kernels: KernelSetName;
  /** Whether they are faster than the kernels without which nothing runs. */
  wins: boolean;
}

/**
 * The verdict of an earlier trial of the same `code` on the same processor and Node, else that of a new trial, written
 * to `file`: a trial takes longer than enlarging a small picture.
 */
export async function rememberedVerdict(file: string, code: string, judge: () => Promise<Verdict>): Promise<Verdict> {
  const tried = `${cpus()[0]?.model}, Node ${process.versions.node}, ${code}`;
  const known = readVerdict(file);
  if (known?.tried === tried) return known;
  const found = { tried, ...(await judge()) };
  // Where nothing can be written, the next process tries again.
  await writeAtomically(file, JSON.stringify(found) + '\n').catch(() => undefined);
  return found;
}

function readVerdict(file: string): (Verdict & { tried: string }) | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Verdict & { tried: string };
  } catch {
    return null;
  }
}
