import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { CheckpointError, OptionError } from '../errors';
import { describePatches } from '../runs/runFolder';
import { checkRunName } from '../runs/runName';
import { noteEvent } from './events';
import { remember, sessionIn } from './runningSessions';
import { Run } from './session';
import type { ForkSettings, TrainSession } from './settings';

const changeable = ['learningRate', 'epochs', 'minutes'] as const;
const others = ['folder', 'onStep', 'onEpoch', 'onNote'];

/** A second run that continues from where this one is, see TrainSession.fork. */
export function forkOf(run: Run, settings: ForkSettings): TrainSession {
  const { state } = run;
  if (state === 'finished' || state === 'failed')
    throw new OptionError(
      `a run that has ${state} cannot be forked; start another one from its weights with train(data, { from: FILE })`,
    );
  const unknown = Object.keys(settings).find((name) => ![...changeable, ...others].includes(name));
  if (unknown)
    throw new OptionError(`a fork cannot change ${unknown}; it takes ${[...changeable, ...others].join(', ')}`);
  const { loop } = run;
  const own = loop.settings.folder;
  const folder = settings.folder ?? (own && freeFolder(own));
  if (folder !== undefined) checkRunName(basename(folder));
  if (folder !== undefined && existsSync(folder))
    throw new CheckpointError(`${folder}: is there already; give the fork a new folder`);
  // The weights, what the optimizer remembers, the random state and the history, as they are between two batches.
  const course = structuredClone(run.loop.course);
  const changes = Object.fromEntries(
    changeable.filter((name) => settings[name] !== undefined).map((name) => [name, settings[name]]),
  );
  const options = { ...run.options, ...changes };
  const model = { ...run.model, weights: course.weights };
  const { goOn: _g, resume: _r, ...inherited } = loop.settings;
  const start = {
    ...course,
    options,
    data: folder === undefined ? '' : course.data || describePatches(loop.data.training),
  };
  const all = { ...inherited, onStep: undefined, onEpoch: undefined, ...settings, folder };
  noteEvent(start, { what: 'fork', from: own ?? '', to: folder ?? '' });
  const session = new Run(loop.data, options, all, model, loop.border, { start, fork: forkOf, changes });
  noteEvent(run.loop.course, { what: 'fork', from: own ?? '', to: folder ?? '' });
  if (folder !== undefined) remember(session, folder);
  return session;
}

/** The folder's name with -fork, or -fork-2, ... behind it. */
function freeFolder(folder: string): string {
  for (let number = 1; ; number++) {
    const name = `${folder}-fork${number > 1 ? `-${number}` : ''}`;
    // The folder of a fork that was made just now may not be there yet.
    if (!existsSync(name) && !sessionIn(name)) return name;
  }
}
