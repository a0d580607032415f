import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { whyNotRead } from '../disk/whyNotRead';
import { CheckpointError, DatasetError } from '../errors';
import { loadWeights } from '../formats/weights';
import { loadRun, type SavedRun } from '../runs/readRun';
import type { Model } from '../network/network';
import { protocolOf } from '../protocols/protocols';

/** A finished or unfinished run with its best weights, as it lies in results/. */
export interface ResultRun extends SavedRun {
  folder: string;
  model: Model;
  /** The name of the protocol that it was trained for. */
  protocol: string;
  scale: number;
  /** The data it was trained on, as training described them: "216361 patches of 32, seed x3, sha256 ...". */
  data: string;
  /** The processor it was trained on, if that was noted. */
  machine?: string;
  /** What computed, if that was noted: 'native: C kernels for AVX2, 2 threads'. */
  engine?: string;
}

/**
 * Folders of runs that are left out: those of notebooks and of `npm run reproduce`, which are not committed, and the
 * short ones, which have tables of their own.
 */
const left = ['runs', 'reproduce', 'tried', 'equal-minutes'];

/**
 * The runs in the folders of results/, by name; a folder without options, history or weights is not a run and is left
 * out. Throws DatasetError when there is no such folder.
 */
export async function resultRuns(results: string): Promise<ResultRun[]> {
  const entries = await readdir(results, { withFileTypes: true }).catch((error) => {
    throw new DatasetError(
      `${results}: cannot be read (${whyNotRead(error)}); name the folder that holds the runs' folders`,
      { cause: error },
    );
  });
  const names = entries
    .filter((entry) => entry.isDirectory() && !left.includes(entry.name))
    .map(({ name }) => name)
    .sort();
  const whole = await Promise.all(names.map((name) => isRun(join(results, name))));
  return Promise.all(names.filter((_, i) => whole[i]).map((name) => readResultRun(results, name)));
}

async function isRun(folder: string): Promise<boolean> {
  const found = await Promise.all(
    ['options.json', 'history.json', 'weights.safetensors'].map((file) => stat(join(folder, file)).catch(() => null)),
  );
  return found.every(Boolean);
}

async function readResultRun(results: string, name: string): Promise<ResultRun> {
  const folder = join(results, name);
  const run = await loadRun(name, results);
  const noted = JSON.parse(await readFile(join(folder, 'options.json'), 'utf8')) as Partial<ResultRun>;
  const model = await loadWeights(join(folder, 'weights.safetensors'));
  if (!model.trainedFor)
    throw new CheckpointError(
      `${join(folder, 'weights.safetensors')}: does not say which protocol and scale it was trained for; train ` +
        'it again, or move its folder away',
    );
  const { protocol, scale } = model.trainedFor;
  return {
    ...run,
    folder,
    model,
    protocol: protocolOf(protocol).name,
    scale,
    data: noted.data ?? '',
    machine: noted.machine,
    engine: noted.engine,
  };
}
