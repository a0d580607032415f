import { matlab } from '../degradations/matlab';
import { psnrMeasure } from '../measures/psnr';
import { ssimMeasure } from '../measures/ssim';
import { compareLuminance, showLuminance } from './compareLuminance';
import { cropToScale } from './planes';
import type { Protocol } from './protocol';

const rules = { convention: 'studio', degradation: matlab, area: cropToScale } as const;

/**
 * MATLAB's imresize of a picture cropped to a multiple of the scale; scores on Y without `scale` pixels at each edge.
 */
export const paper: Protocol = {
  ...rules,
  name: 'paper',
  summary: 'shrunk as by MATLAB; scored on Y without the border (Dong et al.)',
  channels: 1,
  trainingSides: ({ width, height }) => ({ width, height }),
  compare: compareLuminance(rules),
  show: showLuminance(rules),
  border: (scale) => scale,
  measures: { psnr: psnrMeasure, ssim: ssimMeasure },
};
