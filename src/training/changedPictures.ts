import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Checkpoint } from '../runs/checkpoint';
import type { EpochRecord } from '../runs/history';
import { describePatches } from '../runs/runFolder';
import type { TrainingData } from './settings';

/**
 * Digests of the pictures that a run is validated and evaluated on. Scores on other pictures cannot be compared with
 * its own.
 */
export type PictureDigests = NonNullable<Checkpoint['pictures']>;

/** Identifies the validation patches and the evaluation pictures by their contents. */
export async function picturesOf({ validation, evaluation = [] }: TrainingData): Promise<PictureDigests> {
  const digest = createHash('sha256');
  for (const file of evaluation) {
    const bytes = await readFile(file).catch(() => Buffer.from('not there'));
    digest.update(createHash('sha256').update(bytes).digest());
  }
  const described = `${evaluation.length} pictures, sha256 ${digest.digest('hex').slice(0, 16)}`;
  return { validation: describePatches(validation), evaluation: evaluation.length ? described : 'no pictures' };
}

/** Which of the two sets differ from those that the checkpoint was scored on; none if the checkpoint does not say. */
export function changedPictures(course: Checkpoint, now: PictureDigests): (keyof PictureDigests)[] {
  const { pictures = now } = course;
  return (['validation', 'evaluation'] as const).filter((kind) => pictures[kind] !== now[kind]);
}

/** Scores of the weights that a run has kept as its best. */
export type BestScores = Partial<EpochRecord> & Pick<EpochRecord, 'validationLoss'>;

/**
 * Records new scores of the run's best weights after the pictures have changed, so that later epochs are compared with
 * scores on the same pictures.
 */
export function recordAnew(course: Checkpoint, scores: BestScores): void {
  const { best, history, epoch } = course;
  if (!best) return;
  const before =
    history.rescored?.record.epoch === best.epoch ? history.rescored.record : history.epochs[best.epoch - 1];
  best.validationLoss = scores.validationLoss;
  history.rescored = { after: epoch, record: { ...before, ...scores } };
}

/** The sentence that reports such a change. */
export function changeNote(kinds: (keyof PictureDigests)[], before: PictureDigests, now: PictureDigests): string {
  const changes = kinds.map((kind) => `${kind} (${before[kind]}; now ${now[kind]})`).join(' and ');
  return (
    `the pictures for ${changes} have changed since the run was stopped: ` +
    'its best weights are scored again, and scores of earlier epochs cannot be compared with later ones'
  );
}
