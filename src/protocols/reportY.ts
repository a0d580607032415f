import { compareLuminance, showLuminance } from './compareLuminance';
import type { Protocol } from './protocol';
import { report } from './report';

/**
 * The report's pictures scored on 8-bit Y of 0..255 over the whole picture, as the logs of its public weights are
 * (sdv4/SRCNN and sdv4/FDPL): bicubic has 28.016 dB on the whole pictures of Set5 at x3.
 */
export const reportY: Protocol = {
  ...report,
  name: 'report-y',
  summary: 'the same pictures as report; scored on Y',
  channels: 1,
  compare: compareLuminance(report),
  show: showLuminance(report),
};
