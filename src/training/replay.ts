import { basename } from 'node:path';
import type { History } from '../runs/history';
import { loadRun, type SavedRun } from '../runs/readRun';
import { type TrainOptions, unsaid } from '../recipes/recipes';
import { Script } from './events';
import { Run } from './session';
import { forkOf } from './fork';
import type { TrainingData, TrainSession, TrainSettings } from './settings';
import { completeOptions, prepareModel } from './train';
import { checkRunName } from '../runs/runName';

export type ReplaySettings = Pick<
  TrainSettings,
  'folder' | 'engine' | 'threads' | 'checkpointMinutes' | 'onStep' | 'onEpoch' | 'onNote'
>;

/** Entries of a run's options.json that are not options. */
const beside = ['data', 'machine', 'engine'];

/**
 * Trains a run again from its first batch, as its history records: each change of learning rate, epochs and minutes
 * comes at the step where it was made, and a run by minutes is validated and ends at the steps of its record. On the
 * same data, machine and number of threads it ends with the same bits. `run` is a name or folder (see `loadRun`) or
 * what `loadRun` gave; where the run stopped, the replay stops. Throws what `loadRun` and `train` throw.
 */
export async function replay(
  run: string | SavedRun,
  data: TrainingData,
  settings: ReplaySettings = {},
): Promise<TrainSession> {
  const { options, history } = typeof run === 'string' ? await loadRun(run) : run;
  const first = firstOptions(options, history);
  const { model, border } = prepareModel(first, data.training);
  if (settings.folder !== undefined) checkRunName(basename(settings.folder));
  const script = scriptOf(first, history, Math.floor(data.training.count / first.batchSize));
  return new Run(data, first, settings, model, border, { script, fork: forkOf });
}

/** The options as the run began with them: what was changed later is in its events. */
function firstOptions(options: TrainOptions, { events = [] }: History): TrainOptions {
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !beside.includes(name)));
  const changed = ['learningRate', 'epochs', 'minutes'].flatMap((name) => {
    const event = events.find(({ what }) => what === name);
    return event ? [[name, event.from]] : [];
  });
  return completeOptions({ ...unsaid, ...own, ...Object.fromEntries(changed) });
}

function scriptOf({ epochs, minutes }: TrainOptions, history: History, batches: number): Script {
  const { events = [] } = history;
  const lastOf = (what: string) => events.findLast((event) => event.what === what);
  const done = history.epochs.at(-1)?.step ?? history.epochs.length * batches;
  const wanted = (lastOf('epochs')?.to as number | undefined) ?? epochs;
  const finished = minutes === undefined && history.epochs.length >= wanted;
  const end = Math.max(done, lastOf('stop')?.step ?? 0);
  return new Script(history, finished ? Infinity : end);
}
