import { UnknownNameError } from '../errors';
import type { Measure } from './measure';
import { psnrMeasure } from './psnr';
import { rmseMeasure } from './rmse';
import { ssim7Measure, ssimMeasure } from './ssim';

/** The measures that the lab knows. */
export const measures: readonly Measure[] = [psnrMeasure, ssimMeasure, ssim7Measure, rmseMeasure];

/** Their names, for `--help` and errors. */
export const measureNames = measures.map(({ name }) => name);

/** A measure by its name, or one of your own as it is. Throws UnknownNameError. */
export function measureOf(measure: string | Measure): Measure {
  if (typeof measure !== 'string') return measure;
  const found = measures.find(({ name }) => name === measure);
  if (!found) throw new UnknownNameError('measure', measure, measureNames);
  return found;
}

/** Whether other threads know it too; one of your own exists only where it was made. */
export const isKnownMeasure = (measure: Measure): boolean => measures.includes(measure);
