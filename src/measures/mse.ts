import type { Measure } from './measure';
import { meanSquaredError } from './psnr';

/** The mean squared error as a measure, over all channels: 0 for equal pictures, at most dataRange². */
export const mseMeasure: Measure = {
  name: 'mse',
  title: 'MSE',
  unit: '',
  better: 'lower',
  digits: 2,
  compare: (restored, truth, { border } = {}) => meanSquaredError(restored, truth, border),
};
