import { type Dataset, loadDataset, preparePatches, type PatchSet } from 'srcnn-lab';
import { type Contestant, type Figures, interleave } from './measure';
import type { KernelSet } from 'srcnn-lab/dist/engine/wasm/sets/kernelSet';
import type { Peer } from './peer';

/** What one measured thing gives: ours, and each peer's. */
export interface Result {
  ours: Figures;
  peers: Record<string, Figures>;
}

/** What all measurements share. */
export class Context {
  readonly notes: string[] = [];
  private dataset?: Promise<Dataset>;
  private prepared?: Promise<PatchSet>;

  constructor(
    readonly threads: number,
    readonly quick: boolean,
    readonly peers: readonly Peer[],
    /** Other sets of kernels, which take turns with ours as peers do. */
    readonly kernelSets: readonly KernelSet[],
  ) {}

  note = (line: string): void => {
    if (this.notes.includes(line)) return;
    this.notes.push(line);
    console.error(line);
  };

  /** Ours and the peers in turns; with `--quick` one round counts. */
  async compare(
    title: string,
    contestants: readonly Contestant[],
    rounds: number,
    warmUps = 1,
  ): Promise<Map<string, Figures>> {
    const settings = this.quick ? { rounds: 1, warmUps: Math.min(1, warmUps) } : { rounds, warmUps };
    return interleave(contestants, {
      ...settings,
      onNote: this.note,
      onRound: (done, total) => progress(title, done, total),
    });
  }

  /** The report's BSDS500 where it is, else the photographs that come with the lab. */
  data(): Promise<Dataset> {
    this.dataset ??= loadDataset('bsds500').catch((error: Error) => {
      this.note(`preprocessing, batches and evaluation on the sample: ${error.message}`);
      return loadDataset('sample');
    });
    return this.dataset;
  }

  patches(): Promise<PatchSet> {
    this.prepared ??= this.data()
      .then(({ training }) => preparePatches(training))
      .then(({ patches }) => patches);
    return this.prepared;
  }
}

/** One line that grows on a terminal; elsewhere only the last. */
function progress(title: string, done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${title} ${done}/${total}${done === total ? '\n' : ''}`);
  else if (done === total) console.error(`${title}: done`);
}

/** Splits what `compare` found into ours and the peers'. */
export function result(
  found: Map<string, Figures>,
  extra: (ours: Figures) => Record<string, number> = () => ({}),
): Result {
  const { ours, ...peers } = Object.fromEntries(found);
  return { ours: { ...ours, ...extra(ours) }, peers };
}
