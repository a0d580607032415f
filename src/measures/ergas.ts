import { OptionError } from '../errors';
import type { Image, Plane } from '../image/image';
import { channelGrids, comparedSize, meanOf } from './analysis/grid';
import type { CompareOptions, Measure } from './measure';

/**
 * Relative dimensionless global error (ERGAS; Wald, Data Fusion, 2002): 100 / scale times the root of the mean over
 * channels of (RMSE / mean of the truth)². 0 for equal pictures; Infinity where a black channel is restored otherwise.
 * It needs several channels: OptionError for grey pictures.
 *
 * Wald's factor is the size of a fine pixel over that of a coarse one, 1 / scale. torchmetrics multiplies by the scale
 * instead, and sewar averages over windows: Wald's definition is followed here.
 */
export function ergas(restored: Plane | Image, truth: Plane | Image, options: CompareOptions = {}): number {
  const { border = 0, scale = 1 } = options;
  const { channels } = comparedSize(restored, truth, border);
  if (channels === 1)
    throw new OptionError('ERGAS compares several channels: give RGB pictures, or leave it out for grey ones');
  const compared = channelGrids(restored, border);
  const errors = channelGrids(truth, border).map(({ data }, channel) => {
    const error = meanOf(data.map((value, i) => (value - compared[channel].data[i]) ** 2));
    return error === 0 ? 0 : error / meanOf(data) ** 2;
  });
  return (100 / scale) * Math.sqrt(errors.reduce((sum, error) => sum + error, 0) / channels);
}

/** ERGAS as a measure, for colour only. */
export const ergasMeasure: Measure = {
  name: 'ergas',
  title: 'ERGAS',
  unit: '',
  better: 'lower',
  needsColour: true,
  digits: 3,
  compare: ergas,
};
