import { frequencyChange } from '../data/frequencyChange';
import type { PatchSet } from '../data/patches';
import type { LossOptions } from '../engine/engine';
import { losses } from '../engine/losses/losses';
import { type TrainOptions, unsaid } from '../recipes/recipes';

/** The loss of a run in the form that the engine takes. */
export function lossOptionsOf(
  { loss = unsaid.loss }: Pick<TrainOptions, 'loss'>,
  border: number,
  training: PatchSet,
): LossOptions {
  return losses[loss].kind === 'frequencies' ? { border, loss, change: frequencyChange(training) } : { border, loss };
}
