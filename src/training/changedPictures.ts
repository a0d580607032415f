import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Checkpoint } from '../runs/checkpoint';
import type { EpochRecord } from '../runs/history';
import { describePatches } from '../runs/runFolder';
import type { TrainingData } from './settings';

/** What a run is validated and evaluated on: scores of others cannot be compared with its scores. */
export type PictureDigests = NonNullable<Checkpoint['pictures']>;

/** Tells one set of validation patches and evaluation pictures from another, by their contents. */
export async function picturesOf({ validation, evaluation = [] }: TrainingData): Promise<PictureDigests> {
  const digest = createHash('sha256');
  for (const file of evaluation) {
    const bytes = await readFile(file).catch(() => Buffer.from('not there'));
    digest.update(createHash('sha256').update(bytes).digest());
  }
  const described = `${evaluation.length} pictures, sha256 ${digest.digest('hex').slice(0, 16)}`;
  return { validation: describePatches(validation), evaluation: evaluation.length ? described : 'no pictures' };
}

/** Which of the two are others than those a checkpoint was scored on; neither where it does not say. */
export function changedPictures(course: Checkpoint, now: PictureDigests): (keyof PictureDigests)[] {
  const { pictures = now } = course;
  return (['validation', 'evaluation'] as const).filter((kind) => pictures[kind] !== now[kind]);
}

/** Scores of the weights that a run has kept as its best. */
export type BestScores = Partial<EpochRecord> & Pick<EpochRecord, 'validationLoss'>;

/**
 * Notes in the run's history that its best weights have new scores, as the pictures were changed: from then on, later
 * epochs are compared with these and not with scores on other pictures.
 */
export function recordAnew(course: Checkpoint, scores: BestScores): void {
  const { best, history, epoch } = course;
  if (!best) return;
  const before =
    history.rescored?.record.epoch === best.epoch ? history.rescored.record : history.epochs[best.epoch - 1];
  best.validationLoss = scores.validationLoss;
  history.rescored = { after: epoch, record: { ...before, ...scores } };
}

/** What a person should know of such a change. */
export function changeNote(kinds: (keyof PictureDigests)[], before: PictureDigests, now: PictureDigests): string {
  const changes = kinds.map((kind) => `${kind} (${before[kind]}; now ${now[kind]})`).join(' and ');
  return (
    `the pictures for ${changes} have changed since the run was stopped: ` +
    'its best weights are scored anew, and scores of earlier epochs cannot be compared with later ones'
  );
}
