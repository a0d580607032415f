import { drawOrder } from '../data/batches';
import type { PatchSet } from '../data/patches';
import type { Model } from '../network/network';
import type { RandomState } from '../random';
import type { Checkpoint } from '../runs/checkpoint';
import { BatchesAhead } from './batchesAhead';
import type { TrainOptions } from '../recipes/recipes';

/** A pass through the training patches in random order. */
export interface Pass {
  ahead: BatchesAhead;
  /** Batches done when it began. */
  start: number;
  /** The random state that the next one is drawn from. */
  after: RandomState;
}

/** The current pass, drawn again from the random state that it began with. */
export function drawPass(
  course: Checkpoint,
  patches: PatchSet,
  { augment = false, batchSize }: TrainOptions,
  { normalization }: Model,
): Pass {
  const after: RandomState = { ...course.random };
  const ahead = new BatchesAhead(patches, drawOrder(patches.count, augment, after), batchSize, normalization);
  return { ahead, start: course.passStart ?? course.optimizer.steps - course.batch, after };
}
