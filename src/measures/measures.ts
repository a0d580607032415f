import { UnknownNameError } from '../errors';
import { cosineMeasure } from './cosine';
import { ergasMeasure } from './ergas';
import { fsimMeasure } from './fsim';
import { gmsdMeasure } from './gmsd';
import { haarpsiMeasure } from './haarpsi';
import { ifcMeasure } from './ifc';
import type { Measure } from './measure';
import { mseMeasure } from './mse';
import { msssimMeasure } from './msssim';
import { niqeMeasure } from './niqe';
import { nqmMeasure } from './nqm';
import { psnrMeasure } from './psnr';
import { psnrbMeasure } from './psnrb';
import { rmseMeasure } from './rmse';
import { samMeasure } from './sam';
import { sreMeasure } from './sre';
import { ssim7Measure, ssimMeasure } from './ssim';
import { uqiMeasure } from './uqi';
import { vifMeasure } from './vif';
import { vifpMeasure } from './vifp';
import { wpsnrMeasure } from './wpsnr';

/** The measures that the lab knows. */
export const measures: readonly Measure[] = [
  psnrMeasure,
  ssimMeasure,
  ssim7Measure,
  rmseMeasure,
  mseMeasure,
  psnrbMeasure,
  wpsnrMeasure,
  msssimMeasure,
  uqiMeasure,
  gmsdMeasure,
  haarpsiMeasure,
  fsimMeasure,
  vifpMeasure,
  vifMeasure,
  ifcMeasure,
  nqmMeasure,
  sreMeasure,
  samMeasure,
  ergasMeasure,
  cosineMeasure,
  niqeMeasure,
];

/** Their names, for `--help` and errors. */
export const measureNames = measures.map(({ name }) => name);

/** A measure by its name, or one of your own as it is. Throws UnknownNameError. */
export function measureOf(measure: string | Measure): Measure {
  if (typeof measure !== 'string') return measure;
  const found = measures.find(({ name }) => name === measure);
  if (!found) throw new UnknownNameError('measure', measure, measureNames);
  return found;
}

/** Whether other threads know it too; a measure of your own exists only in the thread that made it. */
export const isKnownMeasure = (measure: Measure): boolean => measures.includes(measure);
