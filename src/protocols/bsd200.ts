import { matlabBytes } from '../degradations/matlabBytes';
import { compareLuminance, showLuminance } from './compareLuminance';
import { paper } from './paper';
import { cropToScale } from './planes';
import type { Protocol } from './protocol';

const rules = { convention: 'grey', degradation: matlabBytes, area: cropToScale } as const;

/**
 * Dong et al.'s scores on BSD200, which is BSDS500's test: MATLAB's rgb2gray and imresize, small pictures of 8 bits,
 * scores without `scale` pixels at each edge. Bicubic over all 200 pictures is the paper's 28.38 / 25.94 / 24.65 dB at
 * x2 / x3 / x4. A network that was trained on `bsds500` has seen these pictures: its score here says little.
 */
export const bsd200: Protocol = {
  ...rules,
  name: 'bsd200',
  summary: 'grey, shrunk as by MATLAB; scored without the border (Dong et al. on BSD200)',
  channels: 1,
  trainingSides: ({ width, height }) => ({ width, height }),
  compare: compareLuminance(rules),
  show: showLuminance(rules),
  border: (scale) => scale,
  measures: paper.measures,
};
