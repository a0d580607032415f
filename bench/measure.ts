/**
 * One way to do a job: each call does the job once and returns the milliseconds that it took, with further figures
 * where there are some.
 */
export interface Contestant {
  name: string;
  run: () => Promise<Figures>;
}

export type Figures = { ms: number } & Record<string, number>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * A turn lasts at least so many milliseconds: the first run of a short job finds the caches and the cores as the one
 * before it has left them. peers/answer.py does the same.
 */
const TURN = 100;

/** Milliseconds that a job takes on this side: the median of its runs in a turn. */
export async function timed(work: () => unknown): Promise<Figures> {
  const runs: number[] = [];
  const end = performance.now() + TURN;
  do {
    const began = performance.now();
    await work();
    runs.push(performance.now() - began);
  } while (performance.now() < end);
  return { ms: median(runs) };
}

// Threads of a peer that spin for work after a run would take the next one's cores.
const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

export interface MeasureOptions {
  rounds: number;
  /** Runs before the first that counts. */
  warmUps?: number;
  onRound?: (done: number, total: number) => void;
  onNote: (line: string) => void;
}

/**
 * All contestants take turns, so that a machine that slows down slows them all. The result is the median of each
 * figure over the rounds; a contestant that fails is left out with a note.
 */
export async function interleave(
  contestants: readonly Contestant[],
  { rounds, warmUps = 1, onRound, onNote }: MeasureOptions,
): Promise<Map<string, Figures>> {
  const runs = new Map<string, Figures[]>(contestants.map(({ name }) => [name, []]));
  for (let round = -warmUps; round < rounds; round++) {
    for (const { name, run } of contestants) {
      if (!runs.has(name)) continue;
      await settle();
      try {
        const figures = await run();
        if (round >= 0) runs.get(name)!.push(figures);
      } catch (error) {
        if (name === 'ours') throw error;
        runs.delete(name);
        onNote(`${name} left out: ${(error as Error).message}`);
      }
    }
    onRound?.(round + warmUps + 1, rounds + warmUps);
  }
  return new Map([...runs].map(([name, all]) => [name, medians(all)]));
}

function medians(runs: readonly Figures[]): Figures {
  return Object.fromEntries(Object.keys(runs[0]).map((key) => [key, median(runs.map((run) => run[key]))])) as Figures;
}
