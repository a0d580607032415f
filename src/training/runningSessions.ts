import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { LockedError } from '../errors';
import { differingOptions } from '../runs/runFolder';
import type { TrainOptions } from '../recipes/recipes';
import type { Run } from './session';
import type { TrainingData, TrainSettings } from './settings';

/** The sessions of this process that train in a folder, and those that are about to end there. */
const sessions = new Map<Run, string>();

/**
 * One name for the folder, by whatever path it was given. It is asked for at each look, because the folder may be
 * created in between.
 */
function nameOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

/** The session of this process that trains in the folder, or is about to end there. */
export function sessionIn(folder: string): Run | undefined {
  const name = nameOf(resolve(folder));
  return [...sessions].find(([, each]) => nameOf(each) === name)?.[0];
}

/** From now on sessionIn() finds the session while it trains. */
export function remember(session: Run, folder: string): void {
  const path = resolve(folder);
  const look = () =>
    ['running', 'paused'].includes(session.state) ? sessions.set(session, path) : sessions.delete(session);
  look();
  session.subscribe((event) => void (event === 'state' && look()));
}

/**
 * Continues with a session that trains, as when a notebook's cell is run again: with the new callbacks, and with the
 * new number of epochs and learning rate where these differ from those it began with. Throws LockedError if it has
 * other options or patches.
 */
export function follow(session: Run, data: TrainingData, options: TrainOptions, settings: TrainSettings): Run {
  const differing = differingOptions(session.given, options).filter((text) => !text.startsWith('learningRate '));
  if (!session.trainsOn(data.training)) differing.push('the training patches');
  if (differing.length) {
    throw new LockedError(
      `${settings.folder}: a session of this notebook trains there with other options: ${differing.join(', ')}; ` +
        'stop it first (await session.stop()), or use another folder',
    );
  }
  session.follow(options, settings);
  const { onNote = console.log } = settings;
  onNote(`${settings.folder}: training is under way already (${session.state}), and this is its session.`);
  return session;
}
