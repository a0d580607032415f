import { frequencyChange } from '../data/frequencyChange';
import type { PatchSet } from '../data/patches';
import type { LossOptions } from '../engine/engine';
import { losses } from '../engine/losses/losses';
import { type TrainOptions, unsaid } from '../recipes/recipes';

/** What the engine is told of a run's loss. */
export function lossOptionsOf(
  { loss = unsaid.loss }: Pick<TrainOptions, 'loss'>,
  border: number,
  training: PatchSet,
): LossOptions {
  return losses[loss].kind === 'frequencies' ? { border, loss, change: frequencyChange(training) } : { border, loss };
}
