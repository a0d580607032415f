// A process that reads files which may be damaged: {kind, folder, name} comes, a Verdict goes back. It is a process of
// its own because a decoder may end it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { unpack } from '../src/data/fetch/unpack';
import { takeLock } from '../src/disk/lock';
import * as errors from '../src/errors';
import { loadWeights } from '../src/formats/weights';
import { readPhotograph } from '../src/image/files';
import { readPublished } from '../src/results/published';
import { readReportEpochs } from '../src/results/reportEpochs';
import { readScores } from '../src/results/scoreRows';
import { readCheckpoint } from '../src/runs/checkpoint';
import { loadRun } from '../src/runs/readRun';
import { runs } from '../src/runs/runs';
import type { Kind } from './samples';

export type Verdict = { verdict: 'read' | 'refused by name' } | { verdict: 'failure'; why: string };

const readers: Record<Kind, (file: string, folder: string) => Promise<unknown>> = {
  picture: (file) => readPhotograph(file),
  weights: async (file) => {
    const { weights } = await loadWeights(file);
    if (!weights.every(Number.isFinite)) throw new Error('weights that are not finite were taken');
  },
  checkpoint: (file) => readCheckpoint(file),
  run: async (_, folder) => {
    await runs(join(folder, '..'), { onSkipped: () => undefined });
    await loadRun(folder);
  },
  archive: async (file, folder) => {
    const target = join(folder, 'unpacked');
    mkdirSync(target);
    await unpack(file, target, (entry) => entry).catch((error) => {
      // A name that the system refuses: the download reports it as a file that cannot be written.
      if (!error.syscall) throw error;
      throw new errors.WriteError(error.message);
    });
  },
  scores: readScores,
  published: readPublished,
  epochs: readReportEpochs,
  lock: async (_, folder) => (await takeLock(folder, 'run.lock', 'trains there'))(),
};

process.on('message', async ({ kind, folder, name }: { kind: Kind; folder: string; name: string }) => {
  process.send!(await verdictOf(kind, folder, name));
});

async function verdictOf(kind: Kind, folder: string, name: string): Promise<Verdict> {
  try {
    await readers[kind](join(folder, name), folder);
    return { verdict: 'read' };
  } catch (error) {
    const { name: errorName, message } = error as Error;
    const raw = /\n {4}at |Cannot read prop|is not a function|is not iterable|undefined on undefined|\[object/.test(
      message,
    );
    if (errorName in errors && !raw) return { verdict: 'refused by name' };
    return { verdict: 'failure', why: `${errorName}: ${message.slice(0, 300)}` };
  }
}
